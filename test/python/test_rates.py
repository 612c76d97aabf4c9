# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Static inputs and window outputs, in Python and on the command line."""

import numpy as np
import pytest

import volley

NETWORK = """
snn.neuron_model private @if(state %v: f32 = 0.0, in %x: f32) -> (s: i1) {
  %v1 = arith.addf %v, %x : f32
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %s = arith.cmpf oge, %v1, %one : f32
  %v2 = arith.select %s, %zero, %v1 : f32
  snn.next(%v2 : f32) emit(%s : i1)
}
snn.network @net(static %image: tensor<2xf32>, %x: tensor<2xf32>)
    -> (spikes: tensor<2xi1>, rate: tensor<2xf32>) dt(1.0e-3) {
  %drive = snn.add %image, %x : tensor<2xf32>
  %s = snn.population @if "if"(%drive) : (tensor<2xf32>) -> tensor<2xi1>
  %r = snn.reduce_time mean %s : tensor<2xi1> -> tensor<2xf32>
  snn.output %s, %r : tensor<2xi1>, tensor<2xf32>
}
"""
STATIC = """
snn.network @image(static %spikes: tensor<3xi1>) -> (n: tensor<3xi32>) dt(1.0) {
  %n = snn.reduce_time sum %spikes : tensor<3xi1> -> tensor<3xi32>
  snn.output %n : tensor<3xi32>
}
"""


@pytest.fixture
def make(tmp_path):
    def load(text):
        path = tmp_path / "net.mlir"
        path.write_text(text)
        return volley.load(path)

    return load


def simulate(image, x):
    v, spikes = np.zeros_like(image), []
    for step in x:
        v = v + (image + step)
        spikes.append(v >= 1)
        v = np.where(v >= 1, np.float32(0), v)
    return np.stack(spikes)


IMAGE = np.array([[0.25, 0.5], [0.75, 0.0], [1.0, 0.125]], np.float32)


def make_input(steps):
    return (np.random.default_rng(0).integers(0, 4, (steps, 3, 2)) / 8).astype("f4")


def test_run_and_session(make):
    net = make(NETWORK)
    x = make_input(70)
    expected = simulate(IMAGE, x)
    rate = (expected.sum(0) / np.float32(70)).astype(np.float32)
    program = volley.compile(net)
    for y in (
        program({"image": IMAGE, "x": x}),
        volley.interpret(net, {"image": IMAGE, "x": x}),
    ):
        np.testing.assert_array_equal(y["spikes"], expected)
        np.testing.assert_array_equal(y["rate"], rate)
        assert y["rate"].shape == (3, 2)

    # The first run after a reset takes the image over; what later ones pass is not
    # read. A window value is that of all steps since the reset.
    session = program.session(batch=3)
    other = np.full_like(IMAGE, np.nan)
    for t in range(0, 70, 10):
        part = {"image": IMAGE if t == 0 else other, "x": x[t : t + 10]}
        y = session(part)
        np.testing.assert_array_equal(y["spikes"], expected[t : t + 10])
    np.testing.assert_array_equal(y["rate"], rate)

    # It is part of a saved state.
    half = program.session(batch=3)
    half({"image": IMAGE, "x": x[:30]})
    rest = program.session(batch=3)
    rest.load_state(half.save_state())
    y = rest({"image": other, "x": x[30:]})
    np.testing.assert_array_equal(y["spikes"], expected[30:])
    np.testing.assert_array_equal(y["rate"], rate)

    session.reset()
    y = session({"image": IMAGE * 0, "x": x})
    np.testing.assert_array_equal(y["spikes"], simulate(IMAGE * 0, x))


def test_without_a_stream_steps_are_given(make):
    net = make(STATIC)
    image = np.array([[0, 1, 1], [1, 0, 1]], bool)
    program = volley.compile(net)
    np.testing.assert_array_equal(program(image, steps=5), image * 5)
    np.testing.assert_array_equal(volley.interpret(net, image, steps=5), image * 5)
    with pytest.raises(ValueError, match="steps says how long"):
        program(image)
    with pytest.raises(TypeError, match="steps: expects an integer, but got 2.7"):
        program(image, steps=2.7)
    with pytest.raises(ValueError, match=r"expects shape \(batch, 3\).*\(4, 2, 3\)"):
        program(np.zeros((4, 2, 3)), steps=2)
    bad = np.array([[0, 1, 2]], np.uint8)
    with pytest.raises(ValueError, match="element 2 of sample 0 is 2"):
        program(bad, steps=1)


def test_shapes_of_inputs(make):
    program = volley.compile(make(NETWORK))
    x = make_input(4)
    with pytest.raises(ValueError, match="differ in steps and batch"):
        program({"image": IMAGE[:2], "x": x})
    with pytest.raises(ValueError, match="steps is for networks"):
        program({"image": IMAGE, "x": x}, steps=4)


def test_command_line(make, run_tool, tmp_path):
    make(NETWORK)
    x = make_input(5)
    np.save(tmp_path / "image.npy", IMAGE)
    np.save(tmp_path / "x.npy", x)
    command = [
        "snn-run",
        tmp_path / "net.mlir",
        f"--input=image={tmp_path}/image.npy",
        f"--input=x={tmp_path}/x.npy",
        f"--output=rate={tmp_path}/rate.npy",
        f"--output=spikes={tmp_path}/spikes.npy",
    ]
    expected = simulate(IMAGE, x)
    for option in ("--chunk=2", "--reference"):
        run = run_tool(*command, option)
        assert run.returncode == 0, run.stderr
        np.testing.assert_array_equal(np.load(tmp_path / "spikes.npy"), expected)
        rate = np.load(tmp_path / "rate.npy")
        wanted = (expected.sum(0) / np.float32(5)).astype(np.float32)
        np.testing.assert_array_equal(rate, wanted)
    assert "output 'rate' [2] f32" in run.stdout
    np.save(tmp_path / "image.npy", IMAGE[0])
    np.save(tmp_path / "x.npy", x[:, 0])
    assert run_tool(*command).returncode == 0
    assert np.load(tmp_path / "rate.npy").shape == (2,)
    np.save(tmp_path / "image.npy", IMAGE[:, :1])
    run = run_tool(*command)
    assert run.returncode == 1
    assert "static input 'image'" in run.stderr


def test_steps_on_the_command_line(make, run_tool, tmp_path):
    make(STATIC)
    np.save(tmp_path / "image.npy", np.array([0, 1, 1], bool))
    command = ["snn-run", tmp_path / "net.mlir", f"--input={tmp_path}/image.npy"]
    assert "--steps is needed" in run_tool(*command).stderr
    run = run_tool(*command, "--steps=7", f"--output={tmp_path}/n.npy")
    assert run.returncode == 0
    np.testing.assert_array_equal(np.load(tmp_path / "n.npy"), [0, 7, 7])
