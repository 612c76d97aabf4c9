// RUN: %conform

// Written by `python test/Conformance/generate.py`, whose arithmetic is the
// Spec's.

// What has become of the steps since the reset.
snn.network @sum_i1(%x: tensor<3xi1>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[false, true, false], [false, false, true]], [[true, true, false], [true, false, false]], [[false, true, false], [true, true, true]], [[true, false, false], [false, false, false]], [[false, false, false], [true, false, false]]]> : tensor<5x2x3xi1>},
  snn.expected = {
    y = dense<[[2, 3, 0], [3, 1, 2]]> : tensor<2x3xi32>}} {
  %y = snn.reduce_time sum %x : tensor<3xi1> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// What has become of the steps since the reset.
snn.network @sum_i32(%x: tensor<3xi32>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[2, 3, 0], [0, -2, 6]], [[-4, 0, 1], [-2, 0, 4]], [[-9, 0, -4], [0, 0, 2]], [[0, -2, 0], [9, 0, -5]], [[-1, -2, -3], [7, -8, 0]]]> : tensor<5x2x3xi32>},
  snn.expected = {
    y = dense<[[-12, -1, -6], [14, -10, 7]]> : tensor<2x3xi32>}} {
  %y = snn.reduce_time sum %x : tensor<3xi32> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// What has become of the steps since the reset.
snn.network @sum_f32(%x: tensor<3xf32>)
    -> (y: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[0.0, 0.0, -0.00030354518], [0.022298511, 0.0, 0.0]], [[189.46109, -0.008175869, 12.784893], [0.0, -0.11739937, -24.29686]], [[-7.764349, -0.6656702, 85.697945], [0.0, -9.074988, 0.0]], [[0.014982932, 0.0012948357, 0.003481318], [0.0, -0.011691001, 0.0]], [[-11.419539, -0.022389129, 0.0], [0.0, 0.0, 0.0]], [[11.888036, 0.0069834953, 0.0], [0.0, -7.8805103, -13.292906]], [[0.0, 0.0, -1.1236204], [0.0, 258.9355, 0.006511883]], [[-141.5691, 0.0, -0.18601897], [-13.632102, 0.0, 0.0]], [[-0.5309688, 0.47338328, 1.1485932], [-18.978132, -0.47468764, 0.0]], [[5.2541037, 0.008141992, 0.0], [-8.701514, -0.083248705, 0.0]], [[-0.49559662, -0.086223036, -0.7319139], [-7.9623694, 0.0, 17.861485]], [[-18.168346, -0.77335435, 0.0036063755], [-0.232149, 0.0, 0.0]], [[0.0, -141.99075, 0.17973983], [16.916128, -0.029413108, 1.1454648]], [[-0.016133063, -0.08350261, -0.019740848], [-2.3795347, 0.7282033, -0.37092066]], [[-0.28996205, 6.528444, -73.22348], [-0.35075897, -136.70277, 5.5322013]], [[-35.57664, 0.0, -0.6340839], [5.0708933, 3.4085696, 0.0]], [[0.7329671, 46.751736, 0.09785704], [0.0, -0.031600744, 15.839924]], [[0.004033277, 7.8819704, -20.83877], [-2.0058677, 0.0, 0.0]], [[0.0, 0.059270725, 0.68718886], [-1.7125851, 0.0, 146.51404]], [[0.10944557, -0.0160301, -3.27918], [-148.45526, 0.39017534, 10.284422]], [[8.197655, 0.0, -0.053022802], [0.0, 0.0, 0.3010441]], [[0.011188463, 0.013028736, 2.1534183], [-85.66217, -1.1431985, 0.0]], [[-0.30635273, -0.65231276, 0.0], [0.0, 7.6820726, -7.387204]], [[-250.23993, -0.053350426, 0.08856716], [1.8127025, 0.0, -0.058300816]], [[0.0, -0.3103739, -0.0072377482], [-0.099776916, 0.0, -0.05175726]], [[92.11836, 0.23797493, -0.019754104], [-0.01434989, -0.0089660855, 0.0]], [[0.0, 0.0, 0.2231931], [0.01371622, 20.822407, -141.36356]], [[9.913966, 1.7262391, 6.399972], [0.9502632, 6.6278872, -14.186046]], [[0.0, 0.22415055, -0.008269387], [0.009045872, 0.0, 0.0]], [[195.91957, 0.0, -0.71500516], [0.0, 0.15243004, 15.398416]], [[68.37772, 0.0027478545, 0.0], [0.0059035895, 0.038863692, 93.5613]], [[0.004268684, 12.409827, 155.97609], [0.05542755, 0.0, 0.0006133068]], [[0.0, -0.11071279, -4.4537325], [136.59889, -0.13975361, -3.309435]], [[-69.56727, -1.4850434, -1.4813821], [5.6440177, 0.0, 0.18737797]], [[0.0, 0.0, 0.0], [0.0, 0.0, 0.18349777]], [[-0.55734855, 0.0, 0.0], [0.00062991265, -122.68186, -0.96752924]], [[0.0, 0.0, 0.08178562], [0.0, 0.05654786, 0.062956296]], [[0.0, -1.9818051, -0.0055467403], [-80.10703, -83.06615, 0.0]], [[-0.3161543, -0.0015853562, 0.0], [-0.16113669, 0.06388095, 0.003449712]], [[0.0, 0.0, 0.0], [0.06011101, 0.0, 87.88109]], [[-0.00963858, 0.0, 0.12514956], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 0.0, 91.724594]], [[0.0, 0.0, 0.0], [-0.17412168, 0.0, -5.435599]], [[0.0, 0.98109627, 0.013000451], [0.09913492, -12.238753, -0.00590514]], [[0.0, 0.0, 0.0], [0.0, 0.0, -38.73939]], [[0.00279452, 1.6621373, 0.0], [-0.05807068, -59.034317, 0.0]], [[79.05972, 0.039944153, 0.0], [0.0, 0.0, 0.0]], [[4.080509, -0.038319618, -0.104614966], [-74.81103, 0.08560652, -0.0143315485]], [[0.0, -8.372604, 2.1118052], [-75.795364, -0.48814097, -13.63159]], [[0.0, -0.86393857, 0.0], [-17.913416, 0.0, -0.004130019]], [[0.0, 0.0, 0.0], [67.42764, 0.4666414, 0.0]], [[0.617902, 0.0, 0.111884914], [0.0, -0.46094525, -0.07417035]], [[0.01350264, 0.0, -0.4213728], [0.0, 0.7174562, -7.676676]], [[0.0, -5.521362, -165.0591], [0.0, 4.067111, -0.118267216]], [[-28.347319, -7.0482254, 12.588847], [0.0, -7.0162363, 0.0]], [[165.16797, 158.1983, 0.33990252], [-45.507946, 0.0, 0.0]], [[-78.954636, 0.0, -0.0015935048], [0.0, 0.0, 98.62897]], [[0.0, -49.78432, 0.0], [2.4022512, -0.0016395357, 0.0]], [[0.0, 0.0, 0.0], [46.774174, 1.0111499, -3.9082808]], [[0.0, 0.0, 270.6998], [-56.14765, 0.04950632, 0.0]], [[53.97772, 0.0, 0.0], [-15.1467085, -1.5947984, 1.3328665]], [[0.00080292183, 0.003450122, 0.06044062], [-0.043822024, 213.27151, 1.6250831]], [[0.0, 0.22493455, -0.14269748], [0.0058143726, 0.030717013, 0.0]], [[0.14003563, 0.0, 0.0], [-0.11856246, -43.678913, 0.0]], [[0.0, 109.61966, -0.5624074], [23.475914, -1.0561239, 0.027564581]], [[0.0, -19.814152, 0.0], [0.14990583, 0.0, 0.26843613]], [[0.0, 0.0, 0.6531334], [14.412438, 0.0, 1.4399828]], [[0.11341078, 3.1716123, -0.99427164], [-0.0057158503, -0.16239469, 0.010230384]], [[15.597802, 3.4508789, 4.6066384], [-19.386208, 0.11480704, -0.13254182]], [[-5.225913, 0.0, 0.0052310107], [0.0, -0.8089676, 0.0031886697]], [[0.0, 26.481894, 0.00157443], [0.53614056, 0.007515402, 0.0]], [[-178.81345, 0.0, -0.069898866], [-211.65791, 0.0, -1.5916402]], [[0.0, 0.0, -1.0972261], [0.0, -0.14319316, 20.878136]], [[0.0, -0.016459804, 0.0], [2.203471, -12.629014, 5.7681494]], [[0.0077111945, -43.526035, 5.531688], [93.42618, 0.0068393555, -4.7568655]], [[-6.457054, -45.92633, -0.041730467], [-0.00064722064, 0.0, -17.068237]], [[-1.4564346, -22.978987, 0.5316945], [-1.1806266, 0.0, -0.0060283304]], [[-0.8558589, 47.813328, 2.3166213], [-0.66344064, -0.0027579572, 0.05284016]], [[0.008276771, 0.008860006, -0.0022702282], [0.0, 0.0, -0.24150313]], [[2.1277525, 0.0, 93.15422], [0.0, -0.009663041, -18.166523]], [[-0.8082622, 1.2729274, 0.010335558], [0.06294488, 0.0, 67.19073]], [[0.0, 8.662671, 4.25369], [0.70136976, 0.0, 0.027965203]], [[0.0, 0.0, 0.0], [0.33684057, 0.23723556, -0.111759014]], [[-0.073135935, 0.13581374, 0.0], [1.6469626, 12.543561, -0.006365929]], [[0.0, -21.281466, 0.10231336], [0.1772308, 0.0, 10.737939]], [[-19.154015, -18.193901, 84.21201], [0.0, 39.966637, -86.67198]], [[-0.055411182, 0.0, 0.0], [0.50477624, -0.00242049, 0.0]], [[0.0, -257.52313, 0.0], [-2.4536707, 5.068963, -5.2487283]], [[-0.082210615, -9.800125, 0.09104641], [0.0107703125, 1.7145326, 0.0]], [[0.0, -0.011422666, -0.031359058], [3.3816164, 0.0, -5.0502753]], [[0.0, -0.076482914, -0.021575877], [-5.743316, 0.0, 0.0]], [[-129.26898, -0.09422196, 0.0], [-4.7243347, 0.0053128446, 0.101640634]], [[0.0, 0.005898531, 0.0027663857], [0.0, 0.9347058, 0.0]], [[0.0, 0.0, 0.037612177], [0.0, 0.406775, 1.6356946]], [[-16.659264, 0.0, 0.0], [5.2164674, 1.5401562, 0.0]], [[-0.023368416, 0.0, -0.330657], [-1.8986857, 0.0038331146, 0.0]], [[-7.116373, 0.9717716, 289.45328], [0.0, 0.011597201, 0.0]], [[0.0, -24.376915, -0.7258763], [-0.7916591, 0.0, 0.0]], [[205.78136, 0.0, -12.670289], [-192.53596, 0.17139101, -0.0059289476]], [[0.0, -16.522587, -1.7783091], [1.3780369, 0.0, 0.0]], [[0.0, 148.81126, 0.06615609], [-0.15770094, -0.4221228, -0.014141533]], [[-0.10010494, -30.452274, 0.103307866], [-0.07734595, -58.307125, 0.0069913543]], [[-3.6911328, 2.385949, -67.498116], [-0.0032458177, 0.0004309454, 158.99135]], [[0.0, 0.0, 0.0033174248], [0.005779879, -0.035144467, -0.5376312]], [[0.0, 68.0021, -0.1488776], [0.0, 13.254251, 99.88937]], [[-0.65312034, 0.41468993, -0.10936578], [0.048765223, 0.03943037, 0.004936356]], [[0.0033719875, 0.0, 10.975116], [8.79193, 0.0, 0.11192815]], [[115.77077, 0.0138794845, 0.0], [0.0, 0.0, 0.0]], [[-0.14099064, -0.08276232, 2.0166094], [-0.14843786, 0.0, -179.1119]], [[0.0, 0.0, -63.17476], [0.010886127, -0.04368004, -12.928143]], [[0.0, -0.0025694259, 0.0], [-0.75336325, -114.52379, -96.18181]], [[-18.902124, -0.0018154421, 1.465813], [97.824844, -147.45772, -0.06175505]], [[1.2035139, -0.044867042, -4.779803], [-140.43794, 0.0, 101.83106]], [[0.0, 0.92336226, 0.0], [0.008269615, 119.27884, -92.3793]], [[-9.2632885, -0.010717871, 0.0], [0.0, 80.37743, 0.0]], [[0.0, 0.006281017, -0.015510893], [0.0, 0.49007222, 0.18129578]], [[0.0, -6.089255, 0.0], [-0.015140382, -0.2782129, 0.0]], [[0.12585682, 0.0, 0.0], [0.0, -0.004927918, 0.31073886]], [[-1.5506381, -0.015970623, 0.0], [0.0, 0.0, -2.3103414]], [[0.0, 8.685443, -3.744997], [-0.04139152, -0.16036187, 0.002540867]], [[0.0095452955, 58.562595, -0.08965366], [106.11566, -33.628014, 0.017251682]], [[2.2182188, 0.0, 0.0], [0.0, 0.0, -0.007635798]], [[0.0, -0.98943657, 0.015696872], [0.0, -0.08373437, -0.56246066]], [[0.16910052, -0.05243498, -0.48916212], [-86.1299, 0.0, -0.023994137]], [[0.0, 0.0, -0.37554654], [-0.3536261, -0.71310073, 1.6880461]], [[0.23780173, -12.507225, 0.0], [6.5696, 0.0, -0.09525998]], [[0.0, 0.0, -4.4873123], [-0.019477738, 0.08656375, 0.0011707557]], [[0.03504158, 1.4511882, -1.8156999], [1.3216587, 0.0, -0.5501398]], [[-9.905556, -1.402854, 2.093444], [105.11484, -0.008692548, 0.0]], [[0.0034823024, -32.244915, 1.2477958], [0.0, 0.06617235, 0.0]], [[-0.29015252, -1.2061836, 0.0], [0.026464622, 0.006057181, 78.59053]], [[-0.1535881, 0.0, 3.0124507], [0.009845366, 1.3940822, 0.0]], [[1.2277708, 0.0, 2.1374497], [-0.22982243, -0.1112768, 0.07342526]], [[0.0, -0.072765715, 0.0], [0.23843703, -16.07757, -1.9231437]], [[0.0, 0.015365527, -0.02176709], [0.07462306, -49.38481, 0.0]], [[0.0065138335, 0.0, 0.0], [-125.02506, 0.0, 0.0]], [[-112.67833, 0.0, 0.0], [0.05174218, 0.0, -0.02750493]], [[0.0, 0.1952857, -0.0082192905], [0.16684029, 19.558252, 1.2453432]], [[0.0, 18.746813, -62.372337], [-166.09354, -127.99203, -0.014385846]], [[-0.487785, 0.019013103, 0.0], [-5.533793, 0.0, -0.0022483799]], [[0.0, 0.0, 0.0], [-1.1578397, -27.947153, 2.045574]], [[0.0010837045, 0.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.23320581], [0.0, 0.0, 0.0]], [[0.37611383, -1.5544398, 0.28242677], [-0.0064122635, 1.0005718, -0.0030228049]], [[0.0002481427, 0.0, 17.192404], [0.0, 0.007371478, 0.0]], [[0.0, 0.0, -0.007985988], [0.0, 0.0, -8.353809]], [[-21.892097, 0.0, 0.0], [1.7520185, -144.49437, 0.0]], [[0.007535606, 0.0, 1.1930792], [1.2593384, -2.5675197, -0.026261354]], [[0.040205, -2.1299531, 0.0], [0.051780503, 0.14697988, -8.404071]], [[0.0, -0.033166602, -0.1838799], [0.010151219, -35.958355, -0.18765303]]]> : tensor<150x2x3xf32>},
  snn.expected = {
    y = dense<[[40.252884, -41.642246, 578.42004], [-862.4539, -443.92758, 323.5514]]> : tensor<2x3xf32>}} {
  %y = snn.reduce_time sum %x : tensor<3xf32> -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// What has become of the steps since the reset.
snn.network @mean_i1(%x: tensor<3xi1>)
    -> (y: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[false, true, false], [false, false, true]], [[true, false, false], [false, false, false]], [[true, false, false], [false, false, true]], [[true, false, false], [false, false, false]], [[false, true, true], [false, false, true]]]> : tensor<5x2x3xi1>},
  snn.expected = {
    y = dense<[[0.6, 0.4, 0.2], [0.0, 0.0, 0.6]]> : tensor<2x3xf32>}} {
  %y = snn.reduce_time mean %x : tensor<3xi1> -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// What has become of the steps since the reset.
snn.network @mean_i32(%x: tensor<3xi32>)
    -> (y: tensor<3xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[4, -9, 0], [-4, 7, -9]], [[-2, -6, -4], [7, 1, 0]], [[2, 7, 5], [6, 0, 2]], [[0, 0, 6], [-8, -3, -4]], [[0, 7, -8], [0, -2, -2]]]> : tensor<5x2x3xi32>},
  snn.expected = {
    y = dense<[[0.8, -0.2, -0.2], [0.2, 0.6, -2.6]]> : tensor<2x3xf64>}} {
  %y = snn.reduce_time mean %x : tensor<3xi32> -> tensor<3xf64>
  snn.output %y : tensor<3xf64>
}

// What has become of the steps since the reset.
snn.network @mean_f32(%x: tensor<3xf32>)
    -> (y: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[-0.31328732, -0.58679336, -0.007565609], [0.0, -0.5645836, 0.0]], [[0.0, -0.03391786, 15.640389], [0.0, -1.957741, 0.07797224]], [[-1.5019392, -0.11768702, 0.23592322], [0.00650384, 0.0, -24.243685]], [[0.0, -0.7560112, 0.0], [13.689967, -0.3148099, -111.44198]], [[75.61405, -125.72343, 0.0], [0.0, 0.14602688, 0.0]]]> : tensor<5x2x3xf32>},
  snn.expected = {
    y = dense<[[14.759766, -25.443567, 3.1737494], [2.7392943, -0.5382215, -27.12154]]> : tensor<2x3xf32>}} {
  %y = snn.reduce_time mean %x : tensor<3xf32> -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// What has become of the steps since the reset.
snn.network @max_i1(%x: tensor<3xi1>)
    -> (y: tensor<3xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[false, true, true], [false, false, true]], [[false, true, false], [true, false, false]], [[true, false, false], [true, false, false]], [[true, false, false], [true, false, false]], [[false, false, false], [true, false, true]]]> : tensor<5x2x3xi1>},
  snn.expected = {
    y = dense<[[true, true, true], [true, false, true]]> : tensor<2x3xi1>}} {
  %y = snn.reduce_time max %x : tensor<3xi1> -> tensor<3xi1>
  snn.output %y : tensor<3xi1>
}

// What has become of the steps since the reset.
snn.network @max_i32(%x: tensor<3xi32>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[-8, 6, 0], [0, 5, 1]], [[0, 0, -9], [0, 4, 2]], [[0, 8, -2], [1, -1, -1]], [[7, 3, 0], [7, -4, 0]], [[-7, 0, 0], [0, -5, 0]]]> : tensor<5x2x3xi32>},
  snn.expected = {
    y = dense<[[7, 8, 0], [7, 5, 2]]> : tensor<2x3xi32>}} {
  %y = snn.reduce_time max %x : tensor<3xi32> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// What has become of the steps since the reset.
snn.network @max_f32(%x: tensor<3xf32>)
    -> (y: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[4.215859, 0.0, 0.0], [0.0, -0.03233217, -0.42713344]], [[-86.74019, 6.7765436, -1.5263226], [-0.7003602, 130.31232, 0.47329286]], [[0.0, -0.0070805973, 12.211117], [-99.52792, 0.0, -0.056775015]], [[24.436947, 3.186004, 0.021150159], [-0.8053343, 0.00065226894, 0.0]], [[-0.50196475, 0.0, -11.439731], [0.6347452, 0.0, -93.07444]]]> : tensor<5x2x3xf32>},
  snn.expected = {
    y = dense<[[24.436947, 6.7765436, 12.211117], [0.6347452, 130.31232, 0.47329286]]> : tensor<2x3xf32>}} {
  %y = snn.reduce_time max %x : tensor<3xf32> -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// What has become of the steps since the reset.
snn.network @last_i1(%x: tensor<3xi1>)
    -> (y: tensor<3xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[true, false, false], [false, true, false]], [[true, false, false], [false, true, false]], [[false, false, false], [true, false, false]], [[false, false, true], [true, false, false]], [[false, false, false], [true, false, false]], [[true, true, true], [false, false, false]], [[true, false, true], [true, true, false]], [[false, false, true], [false, true, false]], [[true, false, false], [false, false, true]], [[false, false, false], [false, true, true]], [[true, false, true], [true, true, false]], [[true, true, false], [true, false, false]], [[false, true, false], [false, true, false]], [[false, true, true], [true, true, false]], [[false, true, true], [false, false, false]], [[false, false, false], [false, false, false]], [[false, true, false], [false, false, false]], [[true, false, true], [false, false, true]], [[true, true, true], [true, false, true]], [[false, false, false], [false, false, false]], [[false, true, false], [true, false, true]], [[true, true, false], [true, true, false]], [[false, false, false], [false, true, false]], [[false, true, false], [true, true, false]], [[false, false, false], [false, false, false]], [[false, false, true], [false, true, true]], [[false, true, false], [true, false, true]], [[true, true, false], [false, false, false]], [[false, false, false], [false, true, true]], [[false, false, true], [false, false, true]], [[false, false, true], [true, true, true]], [[false, false, true], [true, false, false]], [[true, true, true], [false, true, true]], [[true, true, true], [false, false, false]], [[false, false, false], [true, false, true]], [[true, false, false], [true, false, false]], [[false, false, true], [false, false, true]], [[true, true, false], [false, false, false]], [[false, false, false], [true, false, false]], [[true, false, false], [true, true, true]], [[false, true, true], [false, false, false]], [[false, false, false], [true, false, true]], [[false, false, false], [false, false, true]], [[false, false, true], [true, true, false]], [[false, false, true], [false, false, true]], [[true, false, true], [false, false, true]], [[false, true, false], [false, false, false]], [[false, false, true], [false, true, false]], [[false, true, true], [false, false, false]], [[false, false, false], [false, false, false]], [[false, true, false], [true, false, false]], [[true, false, false], [false, true, false]], [[true, false, true], [false, false, true]], [[false, true, true], [false, false, true]], [[true, false, false], [false, false, true]], [[false, true, true], [true, false, true]], [[false, true, true], [false, true, false]], [[true, false, true], [true, true, true]], [[false, false, true], [false, false, true]], [[true, false, false], [false, false, false]], [[true, true, true], [false, false, false]], [[false, false, true], [false, false, true]], [[true, true, false], [true, false, false]], [[false, true, false], [false, false, false]], [[false, true, false], [true, false, false]], [[false, false, true], [true, false, true]], [[true, true, true], [true, false, true]], [[false, true, true], [true, true, true]], [[false, true, true], [false, false, false]], [[true, true, false], [false, false, true]], [[false, true, false], [false, false, false]], [[false, false, true], [true, true, false]], [[false, false, true], [true, true, false]], [[true, false, false], [true, false, false]], [[true, true, false], [true, true, true]], [[false, false, false], [false, false, true]], [[false, false, false], [false, false, false]], [[true, false, true], [false, true, true]], [[false, false, false], [true, true, false]], [[false, false, false], [true, true, true]], [[false, true, true], [false, false, false]], [[true, false, false], [false, false, false]], [[false, false, true], [true, false, true]], [[true, false, true], [true, true, false]], [[false, true, false], [false, true, true]], [[false, true, false], [false, true, true]], [[false, false, false], [true, false, false]], [[true, true, true], [false, true, false]], [[false, true, false], [true, false, false]], [[true, false, true], [false, true, false]], [[true, true, false], [false, false, true]], [[false, false, false], [false, false, false]], [[true, true, true], [false, false, true]], [[true, true, false], [true, false, true]], [[true, true, false], [true, false, true]], [[true, true, false], [true, true, true]], [[false, true, true], [false, true, false]], [[true, false, false], [true, false, false]], [[false, false, false], [false, false, false]], [[false, false, false], [false, true, false]], [[false, true, false], [true, false, false]], [[true, false, false], [false, false, false]], [[true, true, false], [false, false, false]], [[true, false, true], [false, false, true]], [[true, true, false], [false, false, true]], [[false, false, false], [true, false, true]], [[false, true, false], [true, false, true]], [[true, false, true], [true, true, false]], [[true, false, false], [false, false, false]], [[false, true, false], [false, true, false]], [[false, true, false], [true, true, false]], [[true, true, false], [true, false, false]], [[false, true, false], [false, false, true]], [[false, false, false], [false, true, true]], [[false, false, true], [false, true, false]], [[false, false, false], [true, false, true]], [[false, true, false], [false, false, true]], [[true, true, false], [true, false, false]], [[true, true, true], [false, true, true]], [[true, true, false], [true, false, true]], [[true, true, true], [false, true, true]], [[true, false, false], [true, false, false]], [[false, false, true], [true, false, true]], [[true, false, false], [false, true, true]], [[false, false, false], [false, false, false]], [[true, false, false], [false, true, true]], [[false, false, true], [false, true, false]], [[false, true, false], [true, false, false]], [[true, false, true], [true, true, false]], [[true, false, false], [false, true, true]], [[true, true, true], [true, true, true]], [[false, false, false], [true, false, true]], [[false, true, true], [true, true, true]], [[false, false, false], [true, false, true]], [[false, false, true], [false, true, false]], [[true, true, false], [false, true, true]], [[true, true, false], [false, true, false]], [[false, false, true], [false, true, false]], [[true, false, true], [false, true, false]], [[false, true, true], [false, false, false]], [[false, false, false], [false, false, false]], [[false, true, false], [false, true, true]], [[false, true, true], [false, true, false]], [[true, true, true], [true, true, false]], [[true, false, false], [true, false, false]], [[true, false, false], [true, false, false]], [[true, false, false], [false, false, false]], [[false, true, false], [false, true, true]], [[false, false, true], [false, true, false]], [[false, false, false], [false, true, false]]]> : tensor<150x2x3xi1>},
  snn.expected = {
    y = dense<[[false, false, false], [false, true, false]]> : tensor<2x3xi1>}} {
  %y = snn.reduce_time last %x : tensor<3xi1> -> tensor<3xi1>
  snn.output %y : tensor<3xi1>
}

// What has become of the steps since the reset.
snn.network @last_i32(%x: tensor<3xi32>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[-7, 0, 0], [0, 0, 2]], [[0, 3, 0], [-2, -5, 0]], [[3, -9, 0], [0, 0, 6]], [[1, 0, 0], [0, 7, 0]], [[-4, -1, 4], [-3, 4, 4]]]> : tensor<5x2x3xi32>},
  snn.expected = {
    y = dense<[[-4, -1, 4], [-3, 4, 4]]> : tensor<2x3xi32>}} {
  %y = snn.reduce_time last %x : tensor<3xi32> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// What has become of the steps since the reset.
snn.network @last_f32(%x: tensor<3xf32>)
    -> (y: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[-0.02400332, 0.0059659113, -10.701453], [0.0, 0.0, 0.009728794]], [[-1.7194792, 0.0, 0.0], [0.0, -0.009519559, 0.0]], [[0.0, 0.0, -0.0053326087], [0.0, 0.0, 0.011948986]], [[0.0, 27.787006, -1.9984776], [0.0, -0.23524632, 0.0]], [[-0.17907268, 0.0, 0.06853405], [0.0, 112.612854, 0.0]]]> : tensor<5x2x3xf32>},
  snn.expected = {
    y = dense<[[-0.17907268, 0.0, 0.06853405], [0.0, 112.612854, 0.0]]> : tensor<2x3xf32>}} {
  %y = snn.reduce_time last %x : tensor<3xf32> -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// What has become of the steps since the reset.
snn.network @first_spike_i1(%x: tensor<3xi1>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[false, true, true], [false, false, false]], [[false, false, false], [false, false, false]], [[false, false, false], [false, true, false]], [[false, false, false], [false, true, true]], [[false, false, true], [false, true, false]]]> : tensor<5x2x3xi1>},
  snn.expected = {
    y = dense<[[5, 0, 0], [5, 2, 3]]> : tensor<2x3xi32>}} {
  %y = snn.reduce_time first_spike %x : tensor<3xi1> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// What has become of the steps since the reset.
snn.network @first_spike_i32(%x: tensor<3xi32>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[0, 3, 9], [0, -4, 0]], [[0, 5, 0], [0, -1, -9]], [[0, -2, 7], [0, -4, -6]], [[0, 0, -4], [0, 9, 8]], [[0, -7, 0], [0, -6, 0]]]> : tensor<5x2x3xi32>},
  snn.expected = {
    y = dense<[[5, 0, 0], [5, 0, 1]]> : tensor<2x3xi32>}} {
  %y = snn.reduce_time first_spike %x : tensor<3xi32> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}

// What has become of the steps since the reset.
snn.network @first_spike_f32(%x: tensor<3xf32>)
    -> (y: tensor<3xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[0.0, 0.0, -0.22015372], [0.0, -0.01948544, 5.12159]], [[0.0, -0.03097951, 0.0], [0.0, 0.58076024, 0.0]], [[0.0, 0.0, -0.10025008], [0.0, 0.0, -0.010721577]], [[0.0, 0.0, 0.0], [0.0, 0.0, -0.23324458]], [[0.0, 0.014747613, 0.0], [0.0, 0.0, 0.0]]]> : tensor<5x2x3xf32>},
  snn.expected = {
    y = dense<[[5, 1, 0], [5, 0, 0]]> : tensor<2x3xi32>}} {
  %y = snn.reduce_time first_spike %x : tensor<3xf32> -> tensor<3xi32>
  snn.output %y : tensor<3xi32>
}
