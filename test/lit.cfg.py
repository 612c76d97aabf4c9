# Configuration of lit, LLVM's test runner.

import os
import shutil

import lit.formats

config.name = "Volley"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.volley_binary_root, "test")
config.excludes = ["Inputs"]

config.environment["PATH"] = os.pathsep.join(
    [
        os.path.join(config.volley_binary_root, "bin"),
        config.llvm_tools_dir,
        config.environment["PATH"],
    ]
)

# Recordings and models of others, which the project does not ship.
shared_data = os.path.join(config.volley_source_root, "..", "shared", "data")
if os.path.isdir(shared_data):
    config.available_features.add("shared-data")
    config.substitutions.append(("%shared", os.path.realpath(shared_data)))

# Artefacts for AArch64, and an emulator that runs them with a C library for it.
if os.path.isdir(config.volley_aarch64_include):
    config.available_features.add("aarch64")
    if shutil.which("qemu-aarch64"):
        config.available_features.add("aarch64-runs")
        root = os.path.dirname(config.volley_aarch64_include)
        bin = os.path.join(config.volley_binary_root, "bin")
        config.substitutions.append(("%aarch64", f"qemu-aarch64 -L {root} {bin}"))

# AMX, which a library emulates where there is AVX-512 at least (Emulation/amx.c).
if os.path.exists("/proc/cpuinfo"):
    with open("/proc/cpuinfo") as file:
        flags = file.read().split()
    emulator = os.path.join(config.volley_binary_root, "lib", "volley-emulate-amx.so")
    if "amx_int8" in flags:
        config.available_features.add("amx")
        config.substitutions.append(("%amx", "env"))
    elif "avx512dq" in flags:
        config.available_features.add("amx")
        emulation = f"env VOLLEY_EMULATED=amx LD_PRELOAD={emulator}"
        config.substitutions.append(("%amx", emulation))

# VOLLEY_CHECK_ROUNDTRIP=1 checks that what snn-opt prints parses to the same.
snn_opt = "snn-opt"
if os.environ.get("VOLLEY_CHECK_ROUNDTRIP") == "1":
    snn_opt += " --verify-roundtrip"
config.substitutions.append(("%snn-opt", snn_opt))
