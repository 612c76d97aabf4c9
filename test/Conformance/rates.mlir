// RUN: %conform

// Written by `python test/Conformance/generate.py`, whose arithmetic is the
// Spec's.

snn.neuron_model private @if(state %v: f32 = 0.0, in %x: f32) -> (s: i1) {
  %v1 = arith.addf %v, %x : f32
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %s = arith.cmpf oge, %v1, %one : f32
  %v2 = arith.select %s, %zero, %v1 : f32
  snn.next(%v2 : f32) emit(%s : i1)
}

// A static image: its convolution is the same in every step; the mean over
// time feeds a linear head.
snn.network @direct_encoding(static %image: tensor<3x6x6xf32>)
    -> (y: tensor<5xf32>, s: tensor<4x4x4xi1>) dt(1.0)
    attributes {
  snn.inputs = {
    image = dense<[[[[0.0, 10.506975, -0.0027806188, 0.0, 18.017359, 16.47182], [0.024776468, -0.03709065, 65.423775, -12.326922, 0.0, 0.0025527116], [124.20191, 5.690381, -18.02281, 0.018824194, 0.06059724, 0.0], [0.0, 0.0, -0.012994778, 83.51977, 0.0, -0.015839837], [16.116703, 0.01758386, 0.0, 0.0, 0.0, 0.0], [-0.014253566, 0.72862947, 0.0, 0.15788129, 220.14432, 0.19622003]], [[0.007996728, -0.03559511, 0.0, 0.08276327, -0.02370978, -0.009754622], [-6.384078, 0.0, -0.007137769, 0.0, 0.14474247, 0.0], [-3.5196383, -0.0027783767, 0.019470414, 0.14242157, 30.00877, -16.232193], [0.016236907, -0.01592903, -5.7186556, 0.0, -7.5971475, 0.0], [13.083237, -7.139818, 0.011701868, 9.908805, 0.0, 0.0], [0.0, 4.9504814, 0.008450272, 1.5128021, 1.3877305, 0.0]], [[52.215748, 0.0, 0.0, 0.0, 0.0, 0.0], [3.7659514, 0.0, 8.138883, -0.0014703512, 17.742716, -0.12815168], [0.046728738, 0.015697509, 0.15343656, 0.0, 0.015289503, 0.0037390424], [-0.007091265, 0.07337813, -148.27472, -0.01367657, -0.0061770636, 0.0082627395], [1.0577004, 0.0, -34.74872, 0.0, 0.0, -166.67827], [1.6953008, 0.013202569, -6.402636, 0.0, 0.0, 0.0]]], [[[0.0, 0.0, 12.407897, -28.956844, 0.0, 0.08950998], [0.0036733395, 0.0, 0.0, 0.0, 0.0, 0.0], [-6.9832153, -12.553325, 0.0, -1.0098095, -0.012824648, 0.010941838], [0.0, 0.0, 0.0, 47.12028, 0.70497674, 0.0], [-0.45180216, -1.0270162, -13.745652, 0.0, 0.00020873248, 3.5494485], [20.5847, 60.86518, 0.0, 0.0, 0.0070694187, 0.0]], [[70.71612, 0.008310536, 0.010412823, -0.13595408, 0.0, 0.14165005], [0.08309277, 0.0, 0.0, 0.0, 0.0, 90.148575], [-0.023115035, -0.016513793, 0.0, -198.94167, 0.0, 0.0], [-0.010382032, 0.0, -0.09285133, 0.0, 0.0034444581, -1.9810121], [-1.738258, 0.009643125, 13.058661, 0.023345027, 0.0, 0.08025864], [-0.1803972, -5.7483716, -0.013148649, -0.04498803, 0.0, 0.0]], [[-12.137738, 0.0, 0.02884589, 0.004215113, 0.0, 0.0], [-0.004234365, 0.0, 0.0, 0.0, 0.0, 7.2803617], [-0.10140591, -3.2004478, 0.0, 2.650439, 0.0, -0.11117175], [0.0, -2.0109406, -0.005638949, -17.273382, 0.0, 0.04093229], [0.014305831, 0.0, 0.0, -0.7523543, 0.0, -0.27302828], [0.0, -6.7156644, 0.0, 0.0, -1.0891459, 0.0]]]]> : tensor<2x3x6x6xf32>},
  snn.expected = {
    y = dense<[[-1.4076877, -60.583958, 87.01402, -127.979546, 0.2244716], [-1.3593582, -84.82134, 86.89861, -104.237816, 0.4479226]]> : tensor<2x5xf32>,
    s = dense<[[[[[true, false, true, false], [true, false, false, true], [true, true, false, true], [true, false, false, true]], [[true, false, true, false], [true, false, true, false], [false, true, false, true], [false, true, true, false]], [[false, true, false, false], [false, false, false, false], [true, true, false, true], [true, false, false, true]], [[false, false, false, true], [false, true, true, true], [true, false, false, false], [true, false, true, true]]], [[[false, false, true, false], [false, true, true, false], [false, false, false, true], [true, false, false, true]], [[false, false, true, true], [true, true, false, true], [true, false, true, true], [true, false, true, false]], [[false, false, false, false], [false, true, true, false], [false, false, true, false], [false, false, true, true]], [[true, true, true, true], [true, true, true, false], [false, true, false, false], [false, true, true, true]]]], [[[[true, false, true, false], [true, false, false, true], [true, true, false, true], [true, false, false, true]], [[true, false, true, false], [true, false, true, false], [false, true, false, true], [false, true, true, false]], [[false, true, false, false], [false, false, false, false], [true, true, false, true], [true, false, false, true]], [[false, false, false, true], [false, true, true, true], [true, false, false, false], [true, false, true, true]]], [[[false, false, true, false], [false, true, true, false], [false, false, false, true], [true, false, false, true]], [[false, false, true, true], [true, true, false, true], [true, false, true, true], [true, false, true, false]], [[false, false, true, false], [false, true, true, false], [false, false, true, false], [false, false, true, true]], [[true, true, true, true], [true, true, true, false], [false, true, false, false], [false, true, true, true]]]], [[[[true, false, true, false], [true, false, false, true], [true, true, false, true], [true, false, false, true]], [[true, false, true, false], [true, false, true, false], [false, true, false, true], [false, true, true, false]], [[false, true, false, false], [false, false, false, false], [true, true, false, true], [true, false, false, true]], [[false, false, false, true], [false, true, true, true], [true, false, false, false], [true, false, true, true]]], [[[false, false, true, false], [false, true, true, false], [false, false, false, true], [true, false, false, true]], [[false, false, true, true], [true, true, false, true], [true, false, true, true], [true, false, true, false]], [[false, false, false, false], [false, true, true, false], [false, false, true, false], [false, false, true, true]], [[true, true, true, true], [true, true, true, false], [false, true, false, false], [false, true, true, true]]]], [[[[true, false, true, false], [true, false, false, true], [true, true, false, true], [true, false, false, true]], [[true, false, true, false], [true, false, true, false], [false, true, false, true], [false, true, true, false]], [[false, true, false, false], [false, false, false, false], [true, true, false, true], [true, false, false, true]], [[false, false, false, true], [false, true, true, true], [true, false, false, false], [true, false, true, true]]], [[[false, false, true, false], [false, true, true, false], [false, false, false, true], [true, false, false, true]], [[false, false, true, true], [true, true, false, true], [true, false, true, true], [true, false, true, false]], [[true, false, true, false], [false, true, true, false], [false, false, true, false], [false, false, true, true]], [[true, true, true, true], [true, true, true, false], [false, true, false, false], [false, true, true, true]]]], [[[[true, false, true, true], [true, false, false, true], [true, true, false, true], [true, false, false, true]], [[true, false, true, false], [true, false, true, false], [false, true, false, true], [false, true, true, false]], [[false, true, false, false], [false, false, false, false], [true, true, false, true], [true, false, false, true]], [[false, false, false, true], [false, true, true, true], [true, false, false, false], [true, false, true, true]]], [[[false, false, true, false], [false, true, true, false], [false, false, false, true], [true, false, false, true]], [[false, false, true, true], [true, true, false, true], [true, false, true, true], [true, false, true, false]], [[false, false, false, false], [false, true, true, false], [false, false, true, false], [false, false, true, true]], [[true, true, true, true], [true, true, true, false], [false, true, false, false], [false, true, true, true]]]], [[[[true, false, true, false], [true, false, false, true], [true, true, false, true], [true, false, false, true]], [[true, false, true, false], [true, false, true, false], [false, true, false, true], [false, true, true, false]], [[false, true, false, false], [false, false, false, false], [true, true, false, true], [true, false, false, true]], [[false, false, false, true], [false, true, true, true], [true, false, false, false], [true, false, true, true]]], [[[false, false, true, false], [false, true, true, false], [false, false, false, true], [true, false, false, true]], [[false, false, true, true], [true, true, false, true], [true, false, true, true], [true, false, true, false]], [[false, false, true, false], [false, true, true, false], [false, false, true, false], [false, false, true, true]], [[true, true, true, true], [true, true, true, false], [false, true, false, false], [false, true, true, true]]]], [[[[true, false, true, false], [true, false, false, true], [true, true, false, true], [true, false, false, true]], [[true, false, true, false], [true, false, true, false], [false, true, false, true], [false, true, true, false]], [[false, true, false, false], [false, false, false, false], [true, true, false, true], [true, false, false, true]], [[false, false, false, true], [false, true, true, true], [true, false, false, false], [true, false, true, true]]], [[[false, false, true, false], [false, true, true, false], [false, false, false, true], [true, false, false, true]], [[false, false, true, true], [true, true, false, true], [true, false, true, true], [true, false, true, false]], [[false, false, false, false], [false, true, true, false], [false, false, true, false], [false, false, true, true]], [[true, true, true, true], [true, true, true, false], [false, true, false, false], [false, true, true, true]]]]]> : tensor<7x2x4x4x4xi1>}} {
  %w = arith.constant dense<[[[[37.98212, 0.15731075, 0.081311345], [0.13608333, -0.33556148, -0.058117736], [-0.0009297696, 30.092148, -0.0070451596]], [[-66.899445, 41.9264, -0.08097175], [-4.383923, -0.020868702, -64.91133], [1.3833977, 0.103677206, 0.009347398]], [[-0.11493033, 0.0032050905, -0.007156786], [-0.00032225047, 0.09839581, -0.04483514], [231.40947, 0.6911028, -0.009214078]]], [[[0.003923302, -0.33416563, -0.0066716513], [-0.77089125, 0.0046427893, 0.012298012], [0.014919792, 0.038487416, 0.43441716]], [[-1.5296652, -1.7712605, -0.0028592164], [0.009777536, 0.01380762, -1.0205693], [-11.048221, -1.895573, -0.053736463]], [[-0.0087471, -18.27908, 90.54863], [-0.0053430423, -0.05631137, 18.537117], [0.005008033, 0.05248971, -43.245277]]], [[[89.90617, -0.14260557, 0.13431704], [0.27706614, -0.00815341, -6.27705], [-0.017243857, -22.824722, -0.0038365682]], [[-0.13104355, -14.9479685, 0.11324339], [86.78916, -172.72818, -96.49848], [0.035911474, 1.8627071, -0.060174007]], [[0.8634037, -0.07403022, 0.055068158], [4.738153, -5.8563232, 0.62684214], [31.922258, 0.15886867, -0.5799818]]], [[[2.1064374, -0.13942116, -0.0028268518], [-56.56149, -99.54285, -2.0706847], [1.3583244, 0.0326706, -0.013083094]], [[0.5868219, 5.8222485, -1.4160655], [110.56135, -2.3862493, 0.069721825], [-11.692083, 0.022371981, -0.01994101]], [[0.00429132, 9.470945, 0.010844466], [-0.00027884732, 0.44305623, -0.09165915], [-6.101074, -0.0015272317, -0.01446258]]]]> : tensor<4x3x3x3xf32>
  %a = arith.constant dense<[0.094750464, 128.90553, 0.0010411754, 1.410344]> : tensor<4xf32>
  %c = arith.constant dense<[-0.012884726, -0.95674735, 0.013740642, -4.177803]> : tensor<4xf32>
  %h = arith.constant dense<[[-1.2555189, -1.025349, 0.02109495, -0.3709687], [-0.2156304, 25.768305, -0.02125431, -146.67384], [-0.04262458, -5.631745, 197.80792, 31.352577], [-94.00372, -0.18069318, -197.80153, 0.0055763526], [-0.1535823, 1.1484288, -0.88388914, 0.13895388]]> : tensor<5x4xf32>
  %x = snn.conv %image, %w : (tensor<3x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<4x4x4xf32>
  %n = snn.norm %x scale %a shift %c : (tensor<4x4x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4x4x4xf32>
  %s = snn.population @if "if"(%n) : (tensor<4x4x4xf32>) -> tensor<4x4x4xi1>
  %r = snn.reduce_time mean %s : tensor<4x4x4xi1> -> tensor<4x4x4xf32>
  %p = snn.reduce mean %r dims [1, 2] : tensor<4x4x4xf32> -> tensor<4xf32>
  %y = snn.dense %p, %h : (tensor<4xf32>, tensor<5x4xf32>) -> tensor<5xf32>
  snn.output %y, %s : tensor<5xf32>, tensor<4x4x4xi1>
}

// Constants as signals: a position's embedding, a factor of a product.
snn.network @constants(%x: tensor<2x3xf32>)
    -> (y: tensor<2x4xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[[0.0, 0.0, -0.90603054], [-0.057043895, 1.2706877, 0.08747434]], [[-0.24302557, 0.0, 125.13592], [-55.842064, -2.1038187, -117.27324]]], [[[0.0, -97.133125, 0.0], [-0.01218382, 8.590168, -3.739623]], [[0.0021047373, -0.00014626612, 0.0], [-27.840368, 8.537083, 0.0]]], [[[5.4998136, 0.91648924, -0.07431626], [4.655832, 0.0, -170.99806]], [[-0.16048935, -216.2983, 0.0], [-0.030731358, -0.004925854, 0.0]]]]> : tensor<3x2x2x3xf32>},
  snn.expected = {
    y = dense<[[[[34.28591, 1.9349605, -281.9818, -74.52562], [-832.5829, 1274.5371, 5897.4253, 144.99406]], [[22.695284, 7.316773, -241.55281, -233.25357], [-1856.8087, 1717.638, 13572.023, 383.85733]]], [[[-4.0044193, 13881.413, -4643.559, 1017.3913], [-828.6578, 228.50954, 6219.6064, 67.41045]], [[34.273624, 1.99689, -282.23853, -75.66862], [-1342.4591, 219.3298, 10124.379, 89.67026]]], [[[136.099, -125.64071, -1012.9391, -91.101326], [-736.46204, 1451.4681, 5170.1333, 370.59122]], [[-53.879055, 30908.932, -9971.967, 2358.5342], [-832.59454, 1456.8229, 5836.447, 159.43419]]]]> : tensor<3x2x2x4xf32>}} {
  %c = arith.constant dense<[[2.0330353, 0.012753162, 58.357353], [-44.86251, -10.381556, 0.0015126242]]> : tensor<2x3xf32>
  %k = arith.constant dense<[[18.455017, 0.6083476, -140.39612, -0.94791186], [0.39367884, -142.89088, 44.903553, -11.253211], [-0.056374796, 0.043871555, 0.05005603, -1.261154]]> : tensor<3x4xf32>
  %s = snn.add %x, %c : tensor<2x3xf32>
  %y = snn.matmul %s, %k : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  snn.output %y : tensor<2x4xf32>
}

// A static value beside a stream, beside a window value, and as an output.
snn.network @static_with_others(%x: tensor<3xf32>, static %z: tensor<3xf32>)
    -> (y: tensor<3xf32>, t: tensor<3xf32>, zz: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    x = dense<[[[0.0, -0.012748347, 0.002346008], [-3.2725549, -1.6450056, -7.1783495]], [[0.0, -17.184774, 0.0], [0.0, -6.1389494, 1.2232567]], [[1.4223307, 0.003284058, -12.782128], [0.07535329, -0.025154829, -215.67648]], [[35.635296, -46.514175, -2.554012], [0.0058453996, 125.32819, -14.089046]]]> : tensor<4x2x3xf32>,
    z = dense<[[0.0, 297.57523, 0.24903683], [-42.020027, 0.022475457, -2.6683145]]> : tensor<2x3xf32>},
  snn.expected = {
    y = dense<[[[0.0, 297.56247, 0.25138283], [-45.292583, -1.6225301, -9.846664]], [[0.0, 280.39044, 0.24903683], [-42.020027, -6.116474, -1.4450577]], [[1.4223307, 297.57852, -12.533092], [-41.944675, -0.0026793722, -218.3448]], [[35.635296, 251.06105, -2.3049753], [-42.014183, 125.35067, -16.75736]]]> : tensor<4x2x3xf32>,
    t = dense<[[37.057625, 233.86682, -15.084758], [-45.211384, 117.54156, -238.38895]]> : tensor<2x3xf32>,
    zz = dense<[[0.0, 595.15045, 0.49807367], [-84.040054, 0.044950914, -5.336629]]> : tensor<2x3xf32>}} {
  %y = snn.add %x, %z : tensor<3xf32>
  %r = snn.reduce_time sum %x : tensor<3xf32> -> tensor<3xf32>
  %t = snn.add %r, %z : tensor<3xf32>
  %zz = snn.add %z, %z : tensor<3xf32>
  snn.output %y, %t, %zz : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}

// A static value counts once per step.
snn.network @static_sum(static %z: tensor<3xf32>)
    -> (r: tensor<3xf32>) dt(1.0)
    attributes {
  snn.inputs = {
    z = dense<[[0.0, 297.57523, 0.24903683], [-42.020027, 0.022475457, -2.6683145]]> : tensor<2x3xf32>},
  snn.expected = {
    r = dense<[[0.0, 892.7257, 0.7471105], [-126.06008, 0.06742637, -8.004944]]> : tensor<2x3xf32>},
  snn.steps = 3} {
  %r = snn.reduce_time sum %z : tensor<3xf32> -> tensor<3xf32>
  snn.output %r : tensor<3xf32>
}
