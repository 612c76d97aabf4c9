// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Custom directives of the assembly formats, and helpers that the hand-written
// parsers and printers share.

#ifndef VOLLEY_LIB_DIALECT_SNN_IR_ASSEMBLYDIRECTIVES_H
#define VOLLEY_LIB_DIALECT_SNN_IR_ASSEMBLYDIRECTIVES_H

#include "mlir/IR/OpImplementation.h"

namespace volley::snn {

/// `3` for one number, `[1, 2, 3]` for several.
mlir::ParseResult parseDelaySteps(mlir::OpAsmParser &parser,
                                  mlir::DenseI64ArrayAttr &steps);
void printDelaySteps(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::DenseI64ArrayAttr steps);

/// `T` if all types are the same, else a function type.
mlir::ParseResult
parseSignalTypes(mlir::OpAsmParser &parser,
                 llvm::ArrayRef<mlir::OpAsmParser::UnresolvedOperand> operands,
                 llvm::SmallVectorImpl<mlir::Type> &operandTypes,
                 mlir::Type &resultType);
void printSignalTypes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::OperandRange operands, mlir::TypeRange operandTypes,
                      mlir::Type resultType);
mlir::ParseResult parseBinaryTypes(mlir::OpAsmParser &parser, mlir::Type &lhs,
                                   mlir::Type &rhs, mlir::Type &result);
void printBinaryTypes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::Type lhs, mlir::Type rhs, mlir::Type result);

/// `params(tau = %a, r = %b : f64, f64)`, or nothing.
mlir::ParseResult parseNamedParams(
    mlir::OpAsmParser &parser,
    llvm::SmallVectorImpl<mlir::OpAsmParser::UnresolvedOperand> &params,
    llvm::SmallVectorImpl<mlir::Type> &types, mlir::ArrayAttr &names);
void printNamedParams(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::OperandRange params, mlir::TypeRange types,
                      mlir::ArrayAttr names);

/// `T`, or `(T, U)` for several.
mlir::ParseResult parseResultTypes(mlir::OpAsmParser &parser,
                                   llvm::SmallVectorImpl<mlir::Type> &types);
void printResultTypes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::TypeRange types);

/// `"node"::"what"`.
mlir::ParseResult parseProbeName(mlir::OpAsmParser &parser,
                                 mlir::StringAttr &node,
                                 mlir::StringAttr &what);
void printProbeName(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                    mlir::StringAttr node, mlir::StringAttr what);

/// `keyword` or `"string"`, as an attribute.
mlir::ParseResult parseName(mlir::OpAsmParser &parser, mlir::Attribute &name);
/// Prints a name as a keyword where it is one, else quoted.
void printName(mlir::OpAsmPrinter &printer, llvm::StringRef name);

/// One `%x: T`, or `%x "name": T` where the name is no SSA name. The argument's
/// name without `%` is the default of `name`.
mlir::ParseResult parseNamedArgument(mlir::OpAsmParser &parser,
                                     mlir::OpAsmParser::Argument &argument,
                                     mlir::Attribute &name);
void printNamedArgument(mlir::OpAsmPrinter &printer, mlir::BlockArgument arg,
                        llvm::StringRef name);

/// True if the strings of an array attribute are distinct; else `repeated` is
/// the first one that occurs twice.
bool areDistinct(mlir::ArrayAttr names, llvm::StringRef &repeated);

} // namespace volley::snn

#endif // VOLLEY_LIB_DIALECT_SNN_IR_ASSEMBLYDIRECTIVES_H
