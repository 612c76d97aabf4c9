// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Measurements of a program for readers and for tools.

#ifndef VOLLEY_COMPILER_PROFILE_H
#define VOLLEY_COMPILER_PROFILE_H

#include "volley/Pipelines/Phases.h"
#include "volley/Runtime/Profile.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace volley {

/// One line per layer that did something, the longest first.
void printProfileTable(const runtime::Profile &profile,
                       llvm::raw_ostream &stream);

/// Everything that was measured. --activity reads it.
void printProfileJSON(const runtime::Profile &profile,
                      llvm::raw_ostream &stream);

/// A picture of nested bars whose widths are times: the parts of the nodes'
/// names, and at the end of each its layers.
void printProfileSVG(const runtime::Profile &profile,
                     llvm::raw_ostream &stream);

/// What is wrong with a path that a profile shall be written to: it ends in
/// neither .json nor .svg. Empty if nothing is.
std::string checkProfilePath(llvm::StringRef path);

/// Writes a file of the form that its name says, when it is complete. Empty, or
/// what went wrong.
std::string writeProfile(const runtime::Profile &profile, llvm::StringRef path);

/// Has kernels chosen by what was measured (snn-run --profile-out=FILE.json).
/// Whether it is that is seen when they are chosen. Empty, or what is wrong with
/// the file.
std::string readActivity(llvm::StringRef path, PipelineOptions &options);

} // namespace volley

#endif // VOLLEY_COMPILER_PROFILE_H
