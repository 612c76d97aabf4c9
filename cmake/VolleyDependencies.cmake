# Third-party packages and why each is here. Debian's names are in
# utils/packages.txt.

# MLIR and LLVM: IR, passes, code generation. The version file of the package
# matches major.minor, hence 22.1 and not 22.
find_program(VOLLEY_LLVM_CONFIG NAMES llvm-config-22 llvm-config)
if(VOLLEY_LLVM_CONFIG AND NOT MLIR_DIR)
  execute_process(COMMAND ${VOLLEY_LLVM_CONFIG} --cmakedir
    OUTPUT_VARIABLE VOLLEY_LLVM_CMAKE_DIR OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(MLIR_DIR "${VOLLEY_LLVM_CMAKE_DIR}/../mlir" CACHE PATH "MLIRConfig.cmake")
  set(LLD_DIR "${VOLLEY_LLVM_CMAKE_DIR}/../lld" CACHE PATH "LLDConfig.cmake")
endif()
find_package(MLIR 22.1 REQUIRED CONFIG)
# lld links the artefact in process.
find_package(LLD REQUIRED CONFIG)

list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
# MLIRConfig.cmake does not export this; everything of ours links libMLIR.so,
# never the static archives beside it.
set(MLIR_LINK_MLIR_DYLIB ON)
set(LLVM_LINK_LLVM_DYLIB ON)
# Where add_mlir_doc puts what it generates.
set(MLIR_BINARY_DIR "${CMAKE_BINARY_DIR}")
set(LLVM_EXTERNAL_LIT "${LLVM_TOOLS_BINARY_DIR}/lit" CACHE STRING "lit")
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include(HandleLLVMOptions)
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND ${LLVM_DEFINITIONS})
add_definitions(${LLVM_DEFINITIONS_LIST})

# HDF5: the container of .nir files. The C API; the C++ one throws.
find_package(HDF5 REQUIRED COMPONENTS C)
# FindHDF5's target pulls in what libhdf5 itself links; the library is enough.
add_library(volley_hdf5 INTERFACE)
target_include_directories(volley_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
list(GET HDF5_C_LIBRARIES 0 VOLLEY_HDF5_LIBRARY)
target_link_libraries(volley_hdf5 INTERFACE ${VOLLEY_HDF5_LIBRARY})
# oneTBB: the thread pool that snn-run and Python hand to an artefact.
find_package(TBB REQUIRED)
# clang compiles lib/Kernels, for each instruction set level.
find_program(VOLLEY_CLANG NAMES clang-22 HINTS "${LLVM_TOOLS_BINARY_DIR}"
  REQUIRED)
# A C library for AArch64, whose headers the runtime of artefacts for it needs.
# Without one the compiler makes none.
find_path(VOLLEY_AARCH64_INCLUDE stdio.h
  PATHS /usr/aarch64-linux-gnu/include NO_DEFAULT_PATH
  DOC "headers of a C library for AArch64 (libc6-dev-arm64-cross)")
