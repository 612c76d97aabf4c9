// RUN: %conform

// Written by generate.py, whose arithmetic is the Spec's.

// The sum of the window in row-major order.
snn.network @sum_plain_i1(%x: tensor<2x4x6xi1>)
    -> (y: tensor<2x2x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, true, false, false, true, false], [false, true, false, true, true, false], [false, false, false, false, true, false], [false, true, true, false, true, true]], [[false, false, false, false, true, false], [true, true, false, false, true, false], [true, false, false, true, false, false], [false, false, false, false, false, true]]]], [[[[false, true, false, true, false, true], [false, true, false, true, false, true], [true, false, false, false, false, true], [false, true, false, false, false, false]], [[false, false, true, true, true, true], [true, false, true, true, false, false], [false, false, true, false, false, true], [false, true, false, false, false, false]]]]]> : tensor<2x1x2x4x6xi1>},
  snn.expected = {
    y = dense<[[[[[3, 3], [2, 3]], [[2, 2], [1, 2]]]], [[[[2, 4], [2, 1]], [[3, 4], [2, 1]]]]]> : tensor<2x1x2x2x2xi32>}} {
  %y = snn.pool sum %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi1> -> tensor<2x2x2xi32>
  snn.output %y : tensor<2x2x2xi32>
}

// The sum of the window in row-major order.
snn.network @sum_plain_i32(%x: tensor<2x4x6xi32>)
    -> (y: tensor<2x2x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[6, 0, 6, 0, -1, 1], [-6, 1, 0, 3, 0, -3], [0, 3, -6, 2, -3, 5], [2, 0, -9, -9, -5, 1]], [[0, 7, -7, 3, -2, 0], [-8, -2, 0, -3, 0, 4], [3, 0, -4, 7, 8, 0], [0, 9, -2, -7, 4, 0]]]], [[[[-9, 0, 0, 0, 7, 0], [-4, -2, 0, 3, -4, -6], [-1, 0, -2, 3, 0, 4], [0, -9, 3, 6, 0, 0]], [[1, -1, 0, 1, 2, 0], [-7, 0, -1, -5, 9, 1], [-3, 0, -9, 2, 2, 8], [0, 7, -8, -7, 2, 2]]]]]> : tensor<2x1x2x4x6xi32>},
  snn.expected = {
    y = dense<[[[[[7, 0], [-10, -9]], [[-10, 2], [6, 12]]]], [[[[-15, 0], [-9, 13]], [[-8, 8], [-13, 9]]]]]> : tensor<2x1x2x2x2xi32>}} {
  %y = snn.pool sum %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi32> -> tensor<2x2x2xi32>
  snn.output %y : tensor<2x2x2xi32>
}

// The sum of the window in row-major order.
snn.network @sum_plain_f32(%x: tensor<2x4x6xf32>)
    -> (y: tensor<2x2x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.07540334016084671, 0.0, 0.17380087077617645, 0.04098676145076752, -0.011688951402902603, -5.188343048095703], [-0.24482737481594086, 0.8587920069694519, -0.2689667046070099, 107.81438446044922, 0.5806761980056763, 13.464951515197754], [81.4104232788086, -0.006293926853686571, -1.9093399047851562, 0.029857058078050613, 0.0, 0.0], [0.0, -0.0471620112657547, -0.0038047758862376213, 0.0, 0.0, 0.0]], [[-0.04924860969185829, -0.1331852525472641, -1.5330727100372314, 0.0, 0.004619216546416283, -72.45215606689453], [0.014294949360191822, 142.85101318359375, 98.0776138305664, 0.007888169027864933, 11.556517601013184, 0.005432590376585722], [0.0, -7.800253391265869, 0.14995577931404114, 0.23118019104003906, 0.0, -2.042248010635376], [0.0, 0.0, 0.0, 4.52444314956665, 0.7483264207839966, 0.005773815326392651]]]], [[[[-53.96592712402344, -14.193782806396484, 10.190394401550293, 127.73200988769531, 0.0, 0.0], [2.0049636363983154, 1.0376652479171753, -105.40384674072266, -0.13290658593177795, 0.12431496381759644, -1.1065287590026855], [-5.871094703674316, 0.0, 0.0, -1.072091817855835, 0.0, -177.3714599609375], [0.5454160571098328, 0.0, 0.0, 64.2221908569336, 0.0, -0.007955582812428474]], [[-4.447767734527588, 46.503257751464844, 0.0, -0.0002938277611974627, 0.0, -0.0716390609741211], [-4.719336986541748, -5.224299907684326, 0.0, 0.09914056211709976, 0.1287076622247696, -0.0003375060623511672], [-1.5680254697799683, 0.0, -0.003944116644561291, 8.306663513183594, 0.0, -0.0069831800647079945], [-0.008319467306137085, 0.0, 0.0, 258.7823486328125, 0.0, 0.0]]]]]> : tensor<2x1x2x4x6xf32>},
  snn.expected = {
    y = dense<[[[[[0.5942021608352661, 116.70096588134766], [79.44381713867188, 0.029857058078050613]], [[239.2274169921875, -60.87770080566406], [-7.65029764175415, 3.467475652694702]]]], [[[[-160.33053588867188, 126.61688995361328], [-5.325678825378418, -114.22932434082031]], [[32.11185073852539, 0.15557782351970673], [-1.5802891254425049, 267.08203125]]]]]> : tensor<2x1x2x2x2xf32>}} {
  %y = snn.pool sum %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xf32> -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_plain_i1(%x: tensor<2x4x6xi1>)
    -> (y: tensor<2x2x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, false, true, false, false, true], [false, true, true, false, true, false], [true, false, false, false, true, true], [true, false, false, true, true, true]], [[true, false, false, false, true, false], [false, false, true, false, false, true], [false, true, true, false, true, false], [true, true, false, true, true, false]]]], [[[[true, true, false, true, false, true], [true, false, false, false, false, false], [true, false, true, true, false, true], [false, false, false, false, false, false]], [[false, false, false, false, false, false], [true, false, false, true, true, true], [false, false, false, false, false, true], [false, false, false, true, false, true]]]]]> : tensor<2x1x2x4x6xi1>},
  snn.expected = {
    y = dense<[[[[[0.5, 0.3333333432674408], [0.3333333432674408, 0.8333333134651184]], [[0.3333333432674408, 0.3333333432674408], [0.6666666865348816, 0.5]]]], [[[[0.5, 0.3333333432674408], [0.3333333432674408, 0.3333333432674408]], [[0.1666666716337204, 0.5], [0.0, 0.5]]]]]> : tensor<2x1x2x2x2xf32>}} {
  %y = snn.pool avg %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi1> -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_plain_i32(%x: tensor<2x4x6xi32>)
    -> (y: tensor<2x2x2xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-7, 0, 6, -3, 0, -4], [0, 0, 0, 0, 4, 0], [0, 7, -4, -2, -9, 0], [0, 9, 3, -3, -3, -7]], [[-4, 6, 1, 8, 0, 3], [0, 9, 0, 0, 0, 0], [-5, -8, -4, 0, 9, 0], [0, -8, -1, 0, 4, -9]]]], [[[[0, 0, 0, 2, 6, 1], [0, 0, 0, 3, 3, 0], [7, 0, 0, 0, -6, -8], [2, 0, 2, 0, -3, 0]], [[0, 0, 3, 3, 0, 2], [-8, 0, 0, 0, 4, 0], [0, 0, -1, 0, -7, -7], [3, -4, 8, 0, 0, 2]]]]]> : tensor<2x1x2x4x6xi32>},
  snn.expected = {
    y = dense<[[[[[-0.16666666666666666, -0.5], [2.5, -4.0]], [[2.0, 1.8333333333333333], [-4.333333333333333, 0.6666666666666666]]]], [[[[0.0, 2.5], [1.8333333333333333, -2.8333333333333335]], [[-0.8333333333333334, 1.5], [1.0, -2.0]]]]]> : tensor<2x1x2x2x2xf64>}} {
  %y = snn.pool avg %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi32> -> tensor<2x2x2xf64>
  snn.output %y : tensor<2x2x2xf64>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_plain_f32(%x: tensor<2x4x6xf32>)
    -> (y: tensor<2x2x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.0, -0.0073835537768900394, 0.0, -9.596719741821289, 0.07295733690261841, -0.012384012341499329], [-0.00965083111077547, -0.0008344645029865205, 5.569891929626465, 0.0, 0.0, 0.13515105843544006], [2.2904629707336426, -0.838799238204956, 0.0, -2.672370433807373, 0.01403829175978899, 0.005568982567638159], [0.0, -0.2201557159423828, 9.988180160522461, 11.820845603942871, 0.001737400540150702, 0.882066011428833]], [[0.0, 0.0, 74.859375, 0.09894227236509323, 0.0, -1.3815659284591675], [1.8155344724655151, -6.25501012802124, 0.0, 0.0, -60.7394905090332, 0.0], [0.012637170031666756, 0.0002886419533751905, -0.0075999717228114605, 0.0, -1.0441224575042725, 0.1462627500295639], [0.0, -0.008503574877977371, 0.0, 117.84957122802734, -0.1482774019241333, 0.007855160161852837]]]], [[[[7.59617280960083, 0.0, 0.4641503095626831, 0.0, 0.0, 1.5482001304626465], [0.0, 0.09606130421161652, 0.0, -0.147558331489563, 5.254990577697754, -0.7997444868087769], [47.69937515258789, 0.0, 16.40375518798828, 0.04541300609707832, -0.10942737758159637, 0.21565909683704376], [92.40799713134766, 0.0, 0.005617496557533741, 209.33477783203125, 0.0, 0.0]], [[0.0, 0.6291380524635315, -0.1464405655860901, 0.0, -0.06133970245718956, -102.84661865234375], [1.799839735031128, 0.01958865486085415, 0.0, 0.0, 5.581414699554443, -0.07712110131978989], [-0.5223010182380676, -3.0369741916656494, 0.15036295354366302, 1.6054552793502808, 0.01794220693409443, 0.1367831528186798], [0.17686788737773895, -0.15849143266677856, 264.6283264160156, 0.19913043081760406, 13.148602485656738, -0.06682167202234268]]]]]> : tensor<2x1x2x4x6xf32>},
  snn.expected = {
    y = dense<[[[[[0.9253371357917786, -1.5668326616287231], [1.8699480295181274, 1.6753143072128296]], [[11.736649513244629, -10.337018966674805], [-0.0005296224262565374, 19.468549728393555]]]], [[[[1.3593974113464355, 0.9759812951087952], [26.08612632751465, 34.91440200805664]], [[0.3836876451969147, -16.233943939208984], [43.53963088989258, 2.5068485736846924]]]]]> : tensor<2x1x2x2x2xf32>}} {
  %y = snn.pool avg %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xf32> -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// The largest; padding takes no part.
snn.network @max_plain_i1(%x: tensor<2x4x6xi1>)
    -> (y: tensor<2x2x2xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, true, false, false, false], [false, false, false, false, false, false], [true, true, true, true, false, false], [false, false, true, false, false, true]], [[false, false, true, true, false, true], [false, false, false, true, false, false], [false, false, true, false, true, false], [false, true, false, true, false, true]]]], [[[[false, true, true, true, false, false], [false, false, false, true, false, true], [false, false, false, true, true, true], [true, false, false, true, false, false]], [[false, false, true, false, true, true], [true, true, false, true, true, false], [false, false, true, true, false, false], [false, false, true, true, true, true]]]]]> : tensor<2x1x2x4x6xi1>},
  snn.expected = {
    y = dense<[[[[[true, false], [true, true]], [[true, true], [true, true]]]], [[[[true, true], [true, true]], [[true, true], [true, true]]]]]> : tensor<2x1x2x2x2xi1>}} {
  %y = snn.pool max %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi1> -> tensor<2x2x2xi1>
  snn.output %y : tensor<2x2x2xi1>
}

// The largest; padding takes no part.
snn.network @max_plain_i32(%x: tensor<2x4x6xi32>)
    -> (y: tensor<2x2x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[9, 0, 8, 0, 2, -7], [-8, 0, -4, -5, 0, -6], [-5, 1, 0, 7, 9, -8], [-3, -6, 0, 0, 4, 9]], [[-4, -3, 1, 7, 2, 1], [-9, -1, 1, 5, 0, -6], [0, 1, 7, -9, 0, 0], [2, 9, 9, -8, -6, 0]]]], [[[[0, 1, 0, 8, 1, 1], [9, 9, -3, -3, 3, 9], [9, -5, 0, 0, 5, -3], [2, 6, 0, 0, -1, -4]], [[3, 8, -5, 5, 6, 0], [2, -2, 2, 8, 0, 0], [5, -6, -8, -8, 0, 0], [0, 0, 6, 0, -6, 5]]]]]> : tensor<2x1x2x4x6xi32>},
  snn.expected = {
    y = dense<[[[[[9, 2], [1, 9]], [[1, 7], [9, 0]]]], [[[[9, 9], [9, 5]], [[8, 8], [6, 5]]]]]> : tensor<2x1x2x2x2xi32>}} {
  %y = snn.pool max %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xi32> -> tensor<2x2x2xi32>
  snn.output %y : tensor<2x2x2xi32>
}

// The largest; padding takes no part.
snn.network @max_plain_f32(%x: tensor<2x4x6xf32>)
    -> (y: tensor<2x2x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.14585290849208832, 0.0, 0.004187130369246006, 0.02606179751455784, 0.0, -0.007085333112627268], [0.0, 0.0, 0.015211036428809166, -1.041396141052246, -115.21182250976562, -89.76781463623047], [0.0, 79.77871704101562, -0.7123287916183472, 0.0, 0.0, 38.480167388916016], [0.0, 63.37681198120117, -0.40673431754112244, -14.548944473266602, 0.0, 0.0]], [[0.019109146669507027, 0.005307928193360567, 105.9248046875, 0.0, -1.7200536727905273, 0.1524926722049713], [0.0, -2.0064637660980225, 0.04159853979945183, 0.028739240020513535, -1.0392892360687256, 0.0], [-0.021117551252245903, 0.08017025887966156, -53.2426643371582, 0.0, 0.0, -0.0008905167924240232], [43.969757080078125, 97.38321685791016, 0.0, 0.0, -0.0017578249098733068, -78.73982238769531]]]], [[[[0.004632911644876003, -0.03082806058228016, -31.100322723388672, 0.0, 2.069594621658325, 1.984628438949585], [-0.0019113457528874278, -97.31241607666016, -53.002323150634766, 0.0, 0.0, 0.0], [0.013936539180576801, -0.00030390452593564987, -110.96733856201172, 0.0, 0.0, 0.0], [0.0, -32.77072525024414, -0.010802119970321655, 0.0, 2.194939374923706, 0.24460020661354065]], [[0.761101245880127, 0.0, -10.71933650970459, 3.619499921798706, 0.0, 1.3955397605895996], [0.0, -109.54275512695312, 0.5201892256736755, 0.008816112764179707, -126.65262603759766, 0.19369088113307953], [0.0, -71.33705139160156, 0.0, -0.08435393869876862, 37.901546478271484, 0.01051466353237629], [0.2910861670970917, 0.009027455933392048, -0.06060607358813286, 0.0, -0.0297215785831213, 1.6273870468139648]]]]]> : tensor<2x1x2x4x6xf32>},
  snn.expected = {
    y = dense<[[[[[0.14585290849208832, 0.02606179751455784], [79.77871704101562, 38.480167388916016]], [[105.9248046875, 0.1524926722049713], [97.38321685791016, 0.0]]]], [[[[0.004632911644876003, 2.069594621658325], [0.013936539180576801, 2.194939374923706]], [[0.761101245880127, 3.619499921798706], [0.2910861670970917, 37.901546478271484]]]]]> : tensor<2x1x2x2x2xf32>}} {
  %y = snn.pool max %x kernel [2, 3] stride [2, 3] : tensor<2x4x6xf32> -> tensor<2x2x2xf32>
  snn.output %y : tensor<2x2x2xf32>
}

// The sum of the window in row-major order.
snn.network @sum_padded_i1(%x: tensor<2x3x3xi1>)
    -> (y: tensor<2x3x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, false], [true, true, false], [false, false, true]], [[false, true, true], [true, false, false], [false, true, false]]]], [[[[true, true, false], [true, false, false], [false, false, false]], [[false, false, false], [true, false, false], [true, true, true]]]]]> : tensor<2x1x2x3x3xi1>},
  snn.expected = {
    y = dense<[[[[[1, 0], [2, 1], [1, 2]], [[0, 2], [1, 2], [1, 1]]]], [[[[1, 1], [2, 1], [1, 0]], [[0, 0], [1, 0], [2, 2]]]]]> : tensor<2x1x2x3x2xi32>}} {
  %y = snn.pool sum %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi1> -> tensor<2x3x2xi32>
  snn.output %y : tensor<2x3x2xi32>
}

// The sum of the window in row-major order.
snn.network @sum_padded_i32(%x: tensor<2x3x3xi32>)
    -> (y: tensor<2x3x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-5, -7, 3], [4, -5, -9], [0, 2, 1]], [[0, 8, -1], [8, 4, 6], [0, -1, 5]]]], [[[[-6, 5, -1], [0, 0, 0], [0, 0, 7]], [[2, -4, -9], [2, 6, -9], [0, -3, 0]]]]]> : tensor<2x1x2x3x3xi32>},
  snn.expected = {
    y = dense<[[[[[-5, -4], [-1, -18], [4, -11]], [[0, 7], [8, 17], [8, 14]]]], [[[[-6, 4], [-6, 4], [0, 7]], [[2, -13], [4, -16], [2, -6]]]]]> : tensor<2x1x2x3x2xi32>}} {
  %y = snn.pool sum %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi32> -> tensor<2x3x2xi32>
  snn.output %y : tensor<2x3x2xi32>
}

// The sum of the window in row-major order.
snn.network @sum_padded_f32(%x: tensor<2x3x3xf32>)
    -> (y: tensor<2x3x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0.013061578385531902, 0.0, -1.048506259918213], [152.1086883544922, -0.0637921467423439, 0.0], [0.08529094606637955, -0.07059682905673981, 0.0]], [[0.0, 1.6178134679794312, 0.1334511786699295], [-4.369236946105957, 0.0, -0.00757228210568428], [0.0, 0.0, 1.0123260021209717]]]], [[[[1.4809725284576416, -61.53769302368164, 0.0], [0.0, -0.003037211950868368, -97.20001983642578], [0.0, 0.0, 0.9654353260993958]], [[-3.8846282958984375, 0.0, 0.0], [0.0, -0.584105372428894, 2.543144941329956], [-0.11892562359571457, 0.0, 0.0]]]]]> : tensor<2x1x2x3x3xf32>},
  snn.expected = {
    y = dense<[[[[[0.013061578385531902, -1.048506259918213], [152.1217498779297, -1.1122983694076538], [152.19398498535156, -0.1343889832496643]], [[0.0, 1.7512646913528442], [-4.369236946105957, 1.743692398071289], [-4.369236946105957, 1.0047537088394165]]]], [[[[1.4809725284576416, -61.53769302368164], [1.4809725284576416, -158.74075317382812], [0.0, -96.23761749267578]], [[-3.8846282958984375, 0.0], [-3.8846282958984375, 1.959039568901062], [-0.11892562359571457, 1.959039568901062]]]]]> : tensor<2x1x2x3x2xf32>}} {
  %y = snn.pool sum %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xf32> -> tensor<2x3x2xf32>
  snn.output %y : tensor<2x3x2xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_padded_i1(%x: tensor<2x3x3xi1>)
    -> (y: tensor<2x3x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[true, false, true], [false, false, true], [false, false, true]], [[false, false, true], [true, true, false], [true, true, true]]]], [[[[false, true, false], [true, false, true], [true, true, false]], [[true, true, false], [false, true, true], [false, true, true]]]]]> : tensor<2x1x2x3x3xi1>},
  snn.expected = {
    y = dense<[[[[[0.25, 0.25], [0.25, 0.5], [0.0, 0.5]], [[0.0, 0.25], [0.25, 0.5], [0.5, 0.75]]]], [[[[0.0, 0.25], [0.25, 0.5], [0.5, 0.5]], [[0.25, 0.25], [0.25, 0.75], [0.0, 1.0]]]]]> : tensor<2x1x2x3x2xf32>}} {
  %y = snn.pool avg %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi1> -> tensor<2x3x2xf32>
  snn.output %y : tensor<2x3x2xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_padded_i32(%x: tensor<2x3x3xi32>)
    -> (y: tensor<2x3x2xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[0, -4, -6], [2, 0, 0], [0, -6, 0]], [[0, 0, -2], [0, 0, 0], [9, -7, -8]]]], [[[[0, 0, 1], [0, 0, 0], [3, -1, -4]], [[0, 1, 0], [-6, 4, 8], [0, 0, 0]]]]]> : tensor<2x1x2x3x3xi32>},
  snn.expected = {
    y = dense<[[[[[0.0, -2.5], [0.5, -2.5], [0.5, -1.5]], [[0.0, -0.5], [0.0, -0.5], [2.25, -3.75]]]], [[[[0.0, 0.25], [0.0, 0.25], [0.75, -1.25]], [[0.0, 0.25], [-1.5, 3.25], [-1.5, 3.0]]]]]> : tensor<2x1x2x3x2xf64>}} {
  %y = snn.pool avg %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi32> -> tensor<2x3x2xf64>
  snn.output %y : tensor<2x3x2xf64>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_padded_f32(%x: tensor<2x3x3xf32>)
    -> (y: tensor<2x3x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[2.3351902961730957, 0.04577947407960892, 0.0], [13.103865623474121, -0.056560587137937546, 0.0], [-12.226428985595703, 0.00527091883122921, 0.7442358732223511]], [[-1.5885518789291382, 0.0, 0.641386866569519], [0.0, -132.1226043701172, -0.40871185064315796], [83.17688751220703, -0.053489428013563156, -0.004517353605479002]]]], [[[[-54.17974853515625, -13.082160949707031, 0.045409709215164185], [0.0, 0.0, 0.0], [0.011060581542551517, 0.0020567148458212614, 0.0]], [[-55.13148498535156, 13.6720609664917, 0.0], [188.3383331298828, 0.0, -0.07207784801721573], [-89.49810791015625, -4.150449275970459, -0.004955772310495377]]]]]> : tensor<2x1x2x3x3xf32>},
  snn.expected = {
    y = dense<[[[[[0.5837975740432739, 0.01144486851990223], [3.8597640991210938, -0.002695278264582157], [0.2193591594696045, 0.17323654890060425]], [[-0.39713796973228455, 0.16034671664237976], [-0.39713796973228455, -32.97248077392578], [20.794221878051758, -33.1473274230957]]]], [[[[-13.544937133789062, -3.259187698364258], [-13.544937133789062, -3.259187698364258], [0.0027651453856378794, 0.0005141787114553154]], [[-13.78287124633789, 3.418015241622925], [33.30171203613281, 3.399995803833008], [24.71005630493164, -1.056870698928833]]]]]> : tensor<2x1x2x3x2xf32>}} {
  %y = snn.pool avg %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xf32> -> tensor<2x3x2xf32>
  snn.output %y : tensor<2x3x2xf32>
}

// The largest; padding takes no part.
snn.network @max_padded_i1(%x: tensor<2x3x3xi1>)
    -> (y: tensor<2x3x2xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[false, true, false], [true, true, false], [true, true, true]], [[true, false, false], [false, false, true], [false, false, false]]]], [[[[false, false, true], [false, false, true], [false, false, true]], [[false, false, true], [true, true, false], [false, false, true]]]]]> : tensor<2x1x2x3x3xi1>},
  snn.expected = {
    y = dense<[[[[[false, true], [true, true], [true, true]], [[true, false], [true, true], [false, true]]]], [[[[false, true], [false, true], [false, true]], [[false, true], [true, true], [true, true]]]]]> : tensor<2x1x2x3x2xi1>}} {
  %y = snn.pool max %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi1> -> tensor<2x3x2xi1>
  snn.output %y : tensor<2x3x2xi1>
}

// The largest; padding takes no part.
snn.network @max_padded_i32(%x: tensor<2x3x3xi32>)
    -> (y: tensor<2x3x2xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-9, 0, -8], [0, 5, 8], [-3, 0, 0]], [[0, -3, 3], [5, -9, 1], [3, -2, 4]]]], [[[[-2, -8, 0], [6, 0, 0], [0, 0, -9]], [[-4, -2, -8], [9, -6, 0], [-6, 0, 6]]]]]> : tensor<2x1x2x3x3xi32>},
  snn.expected = {
    y = dense<[[[[[-9, 0], [0, 8], [0, 8]], [[0, 3], [5, 3], [5, 4]]]], [[[[-2, 0], [6, 0], [6, 0]], [[-4, -2], [9, 0], [9, 6]]]]]> : tensor<2x1x2x3x2xi32>}} {
  %y = snn.pool max %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xi32> -> tensor<2x3x2xi32>
  snn.output %y : tensor<2x3x2xi32>
}

// The largest; padding takes no part.
snn.network @max_padded_f32(%x: tensor<2x3x3xf32>)
    -> (y: tensor<2x3x2xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[[-0.011548838578164577, 0.08153216540813446, 0.0], [15.20685863494873, -81.5185775756836, 0.054662980139255524], [60.76080322265625, 0.0, 65.52466583251953]], [[0.0, -2.341078996658325, -0.0027074224781244993], [0.0, -0.0065251863561570644, 0.0], [-0.27137988805770874, -6.681801795959473, -0.012058165855705738]]]], [[[[-36.86716842651367, -0.25081679224967957, -1.6610217094421387], [0.002157351467758417, -11.555927276611328, 0.0], [-5.325832366943359, 0.0, 7.757476329803467]], [[0.0, -0.1894349902868271, 3.5863451957702637], [0.0, 9.909160614013672, 0.0], [0.0, 1.5156350135803223, 0.0]]]]]> : tensor<2x1x2x3x3xf32>},
  snn.expected = {
    y = dense<[[[[[-0.011548838578164577, 0.08153216540813446], [15.20685863494873, 0.08153216540813446], [60.76080322265625, 65.52466583251953]], [[0.0, -0.0027074224781244993], [0.0, 0.0], [0.0, 0.0]]]], [[[[-36.86716842651367, -0.25081679224967957], [0.002157351467758417, 0.0], [0.002157351467758417, 7.757476329803467]], [[0.0, 3.5863451957702637], [0.0, 9.909160614013672], [0.0, 9.909160614013672]]]]]> : tensor<2x1x2x3x2xf32>}} {
  %y = snn.pool max %x kernel [2, 2] stride [1, 2] padding [1, 0, 1, 1] : tensor<2x3x3xf32> -> tensor<2x3x2xf32>
  snn.output %y : tensor<2x3x2xf32>
}

// The sum of the window in row-major order.
snn.network @sum_one_dimension_i1(%x: tensor<3x7xi1>)
    -> (y: tensor<3x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[true, false, false, true, true, true, false], [true, false, false, true, true, false, false], [false, false, false, false, false, false, false]]], [[[false, true, false, true, true, true, false], [true, true, true, true, false, false, false], [false, false, false, false, false, false, true]]]]> : tensor<2x1x3x7xi1>},
  snn.expected = {
    y = dense<[[[[1, 1, 3, 1], [1, 1, 2, 0], [0, 0, 0, 0]]], [[[1, 2, 3, 1], [2, 3, 1, 0], [0, 0, 0, 1]]]]> : tensor<2x1x3x4xi32>}} {
  %y = snn.pool sum %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi1> -> tensor<3x4xi32>
  snn.output %y : tensor<3x4xi32>
}

// The sum of the window in row-major order.
snn.network @sum_one_dimension_i32(%x: tensor<3x7xi32>)
    -> (y: tensor<3x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[3, 6, 0, 4, -8, -5, 8], [0, 1, 9, 0, 5, 6, -4], [0, 2, -8, 0, 0, 0, 0]]], [[[0, 0, 0, 8, -2, -6, 0], [4, 7, -7, 3, 3, 0, 0], [0, 0, 9, 0, 0, 1, 0]]]]> : tensor<2x1x3x7xi32>},
  snn.expected = {
    y = dense<[[[[9, 10, -9, 3], [1, 10, 11, 2], [2, -6, 0, 0]]], [[[0, 8, 0, -6], [11, 3, 6, 0], [0, 9, 1, 1]]]]> : tensor<2x1x3x4xi32>}} {
  %y = snn.pool sum %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi32> -> tensor<3x4xi32>
  snn.output %y : tensor<3x4xi32>
}

// The sum of the window in row-major order.
snn.network @sum_one_dimension_f32(%x: tensor<3x7xf32>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[0.0, -0.009371273219585419, 81.33684539794922, 0.0, 45.26406478881836, 10.5582857131958, 0.0], [0.0, 0.0, 0.0, 28.865253448486328, 0.0, 0.0, 9.004853248596191], [0.0, 0.0, 8.487818717956543, -0.41249802708625793, -0.23828640580177307, -0.8553231954574585, 0.02178591676056385]]], [[[-5.88180685043335, 0.0, 7.398642539978027, -12.996773719787598, -0.1322251707315445, 0.0, 14.025725364685059], [0.0, 0.0299108624458313, 0.027455482631921768, 0.0, 0.0, 0.030932623893022537, -1.335917592048645], [0.0, -0.02479361742734909, 76.40093231201172, 86.90643310546875, 18.766313552856445, 220.44387817382812, 0.0]]]]> : tensor<2x1x3x7xf32>},
  snn.expected = {
    y = dense<[[[[-0.009371273219585419, 81.32747650146484, 55.822349548339844, 10.5582857131958], [0.0, 28.865253448486328, 28.865253448486328, 9.004853248596191], [0.0, 8.07532024383545, -1.5061075687408447, -0.8335372805595398]]], [[[-5.88180685043335, -5.59813117980957, -13.128998756408691, 14.025725364685059], [0.0299108624458313, 0.05736634507775307, 0.030932623893022537, -1.3049849271774292], [-0.02479361742734909, 163.28256225585938, 326.11663818359375, 220.44387817382812]]]]> : tensor<2x1x3x4xf32>}} {
  %y = snn.pool sum %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xf32> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_one_dimension_i1(%x: tensor<3x7xi1>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[false, true, true, true, true, true, true], [false, false, true, false, false, true, false], [true, true, true, false, false, false, false]]], [[[true, true, false, true, false, false, false], [false, false, false, false, false, true, false], [true, false, false, true, false, false, false]]]]> : tensor<2x1x3x7xi1>},
  snn.expected = {
    y = dense<[[[[0.3333333432674408, 1.0, 1.0, 0.6666666865348816], [0.0, 0.3333333432674408, 0.3333333432674408, 0.3333333432674408], [0.6666666865348816, 0.6666666865348816, 0.0, 0.0]]], [[[0.6666666865348816, 0.6666666865348816, 0.3333333432674408, 0.0], [0.0, 0.0, 0.3333333432674408, 0.3333333432674408], [0.3333333432674408, 0.3333333432674408, 0.3333333432674408, 0.0]]]]> : tensor<2x1x3x4xf32>}} {
  %y = snn.pool avg %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi1> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_one_dimension_i32(%x: tensor<3x7xi32>)
    -> (y: tensor<3x4xf64>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[8, 8, 0, 0, 0, 0, 5], [0, -7, -4, 0, -8, 1, 1], [0, -7, 0, 0, -3, -6, -3]]], [[[0, 0, 0, 0, 0, 4, 8], [1, 4, 5, 3, -3, 3, -6], [-4, 3, 0, 0, 3, 0, -2]]]]> : tensor<2x1x3x7xi32>},
  snn.expected = {
    y = dense<[[[[5.333333333333333, 2.6666666666666665, 0.0, 1.6666666666666667], [-2.3333333333333335, -3.6666666666666665, -2.3333333333333335, 0.6666666666666666], [-2.3333333333333335, -2.3333333333333335, -3.0, -3.0]]], [[[0.0, 0.0, 1.3333333333333333, 4.0], [1.6666666666666667, 4.0, 1.0, -1.0], [-0.3333333333333333, 1.0, 1.0, -0.6666666666666666]]]]> : tensor<2x1x3x4xf64>}} {
  %y = snn.pool avg %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi32> -> tensor<3x4xf64>
  snn.output %y : tensor<3x4xf64>
}

// The sum, then one division by the kernel's area, padding counted.
snn.network @avg_one_dimension_f32(%x: tensor<3x7xf32>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[-0.5063516497612, 0.0, 0.004084610380232334, -0.01444847323000431, -0.059116944670677185, -0.045565180480480194, 0.0], [-0.0759899765253067, 0.0, 0.0, -1.1277618408203125, 16.8905029296875, -0.02295096218585968, 0.0], [0.5848870277404785, -13.659866333007812, -88.50347137451172, 0.0, 0.0417703241109848, 1.8991128206253052, 0.020674897357821465]]], [[[-71.32614135742188, 2.741943359375, -0.23711468279361725, 246.66928100585938, 0.5068399310112, 0.0, -0.008286813274025917], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, -0.10472524166107178, 0.014401201158761978, 0.0, 0.0, 0.004814639687538147, -30.14393424987793]]]]> : tensor<2x1x3x7xf32>},
  snn.expected = {
    y = dense<[[[[-0.16878388822078705, -0.003454620949923992, -0.03971019759774208, -0.01518839318305254], [-0.025329992175102234, -0.3759206235408783, 5.246596813201904, -0.0076503208838403225], [-4.358326435089111, -34.054447174072266, 0.6469610333442688, 0.6399292349815369]]], [[[-22.861398696899414, 83.05803680419922, 82.39203643798828, -0.0027622710913419724], [0.0, 0.0, 0.0, 0.0], [-0.034908413887023926, -0.03010801412165165, 0.0016048798570409417, -10.04637336730957]]]]> : tensor<2x1x3x4xf32>}} {
  %y = snn.pool avg %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xf32> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// The largest; padding takes no part.
snn.network @max_one_dimension_i1(%x: tensor<3x7xi1>)
    -> (y: tensor<3x4xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[false, true, true, false, false, false, true], [true, false, true, false, false, false, false], [false, false, true, false, true, true, false]]], [[[true, false, false, false, false, true, false], [false, false, false, false, false, true, false], [false, false, false, false, true, true, false]]]]> : tensor<2x1x3x7xi1>},
  snn.expected = {
    y = dense<[[[[true, true, false, true], [true, true, false, false], [false, true, true, true]]], [[[true, false, true, true], [false, false, true, true], [false, false, true, true]]]]> : tensor<2x1x3x4xi1>}} {
  %y = snn.pool max %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi1> -> tensor<3x4xi1>
  snn.output %y : tensor<3x4xi1>
}

// The largest; padding takes no part.
snn.network @max_one_dimension_i32(%x: tensor<3x7xi32>)
    -> (y: tensor<3x4xi32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[2, -3, 0, 0, 0, 6, 0], [0, 0, -1, 0, 8, 9, -8], [-4, -8, 8, 0, 0, 0, 0]]], [[[7, 1, 9, 0, 0, 4, 7], [-3, -1, 5, 0, -2, -1, -4], [8, 9, -3, -4, 8, 0, -3]]]]> : tensor<2x1x3x7xi32>},
  snn.expected = {
    y = dense<[[[[2, 0, 6, 6], [0, 0, 9, 9], [-4, 8, 0, 0]]], [[[7, 9, 4, 7], [-1, 5, 0, -1], [9, 9, 8, 0]]]]> : tensor<2x1x3x4xi32>}} {
  %y = snn.pool max %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xi32> -> tensor<3x4xi32>
  snn.output %y : tensor<3x4xi32>
}

// The largest; padding takes no part.
snn.network @max_one_dimension_f32(%x: tensor<3x7xf32>)
    -> (y: tensor<3x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[0.0, -0.006115038879215717, 0.0, 0.0, -10.857977867126465, 0.34052541851997375, 17.564115524291992], [6.585507869720459, 0.0, 0.0, 2.639543294906616, -7.550179958343506, -1.3604215383529663, 2.071915864944458], [9.158821105957031, 0.0, 0.0, -0.011184676550328732, 13.137245178222656, 0.0, -0.009123696945607662]]], [[[133.8755340576172, -2.41477632522583, 0.0, 0.0, 0.0, 0.0, -0.17058371007442474], [-0.00044203040306456387, 24.934324264526367, 0.0, 3.4012296199798584, 0.0, 0.010549847036600113, -124.8068618774414], [-0.7006041407585144, -21.460163116455078, 16.73776626586914, 0.0, -0.0022646598517894745, -0.016842881217598915, 0.0]]]]> : tensor<2x1x3x7xf32>},
  snn.expected = {
    y = dense<[[[[0.0, 0.0, 0.34052541851997375, 17.564115524291992], [6.585507869720459, 2.639543294906616, 2.639543294906616, 2.071915864944458], [9.158821105957031, 0.0, 13.137245178222656, 0.0]]], [[[133.8755340576172, 0.0, 0.0, 0.0], [24.934324264526367, 24.934324264526367, 3.4012296199798584, 0.010549847036600113], [-0.7006041407585144, 16.73776626586914, 0.0, 0.0]]]]> : tensor<2x1x3x4xf32>}} {
  %y = snn.pool max %x kernel [3] stride [2] padding [1, 1] : tensor<3x7xf32> -> tensor<3x4xf32>
  snn.output %y : tensor<3x4xf32>
}

// NaN never wins; of equal zeros the first one does.
snn.network @max_of_nan(%x: tensor<1x6xf32>)
    -> (y: tensor<1x3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[0x7FC00000, -1.0, -0.0, 0.0, 0x7FC00000, 0x7FC00000]]]]> : tensor<1x1x1x6xf32>},
  snn.expected = {
    y = dense<[[[[-1.0, -0.0, 0xFF800000]]]]> : tensor<1x1x1x3xf32>}} {
  %y = snn.pool max %x kernel [2] stride [2] : tensor<1x6xf32> -> tensor<1x3xf32>
  snn.output %y : tensor<1x3xf32>
}
