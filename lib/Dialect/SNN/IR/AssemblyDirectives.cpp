// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "AssemblyDirectives.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace volley::snn {

ParseResult parseDelaySteps(OpAsmParser &parser, DenseI64ArrayAttr &steps) {
  SmallVector<int64_t> values;
  int64_t value;
  OptionalParseResult single = parser.parseOptionalInteger(value);
  if (single.has_value()) {
    if (failed(*single))
      return failure();
    values.push_back(value);
  } else if (parser.parseCommaSeparatedList(
                 AsmParser::Delimiter::Square, [&]() -> ParseResult {
                   return parser.parseInteger(values.emplace_back());
                 })) {
    return failure();
  }
  steps = parser.getBuilder().getDenseI64ArrayAttr(values);
  return success();
}

void printDelaySteps(OpAsmPrinter &printer, Operation *,
                     DenseI64ArrayAttr steps) {
  if (steps.size() == 1) {
    printer << steps[0];
    return;
  }
  printer << '[';
  llvm::interleaveComma(steps.asArrayRef(), printer);
  printer << ']';
}

/// `T` for `count` operands and the result, or a function type.
static ParseResult parseSameOrFunctionType(OpAsmParser &parser, size_t count,
                                           SmallVectorImpl<Type> &operandTypes,
                                           Type &resultType) {
  Type type;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseType(type))
    return failure();
  auto function = dyn_cast<FunctionType>(type);
  if (!function) {
    operandTypes.assign(count, type);
    resultType = type;
    return success();
  }
  if (function.getNumInputs() != count || function.getNumResults() != 1)
    return parser.emitError(loc)
           << "expects " << count << " operand types and one result type";
  llvm::append_range(operandTypes, function.getInputs());
  resultType = function.getResult(0);
  return success();
}

static void printSameOrFunctionType(OpAsmPrinter &printer, MLIRContext *context,
                                    TypeRange operandTypes, Type resultType) {
  if (llvm::all_of(operandTypes, [&](Type t) { return t == resultType; }))
    printer << resultType;
  else
    printer << FunctionType::get(context, operandTypes, resultType);
}

ParseResult parseSignalTypes(OpAsmParser &parser,
                             ArrayRef<OpAsmParser::UnresolvedOperand> operands,
                             SmallVectorImpl<Type> &operandTypes,
                             Type &resultType) {
  return parseSameOrFunctionType(parser, operands.size(), operandTypes,
                                 resultType);
}

void printSignalTypes(OpAsmPrinter &printer, Operation *op, OperandRange,
                      TypeRange operandTypes, Type resultType) {
  printSameOrFunctionType(printer, op->getContext(), operandTypes, resultType);
}

ParseResult parseBinaryTypes(OpAsmParser &parser, Type &lhs, Type &rhs,
                             Type &result) {
  SmallVector<Type> operands;
  if (parseSameOrFunctionType(parser, 2, operands, result))
    return failure();
  lhs = operands.front();
  rhs = operands.back();
  return success();
}

void printBinaryTypes(OpAsmPrinter &printer, Operation *op, Type lhs, Type rhs,
                      Type result) {
  printSameOrFunctionType(printer, op->getContext(), {lhs, rhs}, result);
}

ParseResult
parseNamedParams(OpAsmParser &parser,
                 SmallVectorImpl<OpAsmParser::UnresolvedOperand> &params,
                 SmallVectorImpl<Type> &types, ArrayAttr &names) {
  SmallVector<Attribute> nameAttrs;
  if (succeeded(parser.parseOptionalKeyword("params"))) {
    auto parseOne = [&]() -> ParseResult {
      return failure(parseName(parser, nameAttrs.emplace_back()) ||
                     parser.parseEqual() ||
                     parser.parseOperand(params.emplace_back()));
    };
    if (parser.parseLParen() || parser.parseCommaSeparatedList(parseOne) ||
        parser.parseColonTypeList(types) || parser.parseRParen())
      return failure();
  }
  names = parser.getBuilder().getArrayAttr(nameAttrs);
  return success();
}

void printNamedParams(OpAsmPrinter &printer, Operation *, OperandRange params,
                      TypeRange types, ArrayAttr names) {
  if (params.empty())
    return;
  printer << "params(";
  llvm::interleaveComma(llvm::zip(names.getAsRange<StringAttr>(), params),
                        printer, [&](auto pair) {
                          printName(printer, std::get<0>(pair).getValue());
                          printer << " = " << std::get<1>(pair);
                        });
  printer << " : ";
  llvm::interleaveComma(types, printer);
  printer << ')';
}

ParseResult parseResultTypes(OpAsmParser &parser,
                             SmallVectorImpl<Type> &types) {
  if (succeeded(parser.parseOptionalLParen())) {
    return failure(parser.parseTypeList(types) || parser.parseRParen());
  }
  return parser.parseType(types.emplace_back());
}

void printResultTypes(OpAsmPrinter &printer, Operation *, TypeRange types) {
  if (types.size() == 1) {
    printer << types.front();
    return;
  }
  printer << '(';
  llvm::interleaveComma(types, printer);
  printer << ')';
}

ParseResult parseProbeName(OpAsmParser &parser, StringAttr &node,
                           StringAttr &what) {
  // Not parseAttribute: it would take the colon for that of a type.
  std::string nodeText, whatText;
  if (parser.parseString(&nodeText) || parser.parseColon() ||
      parser.parseColon() || parser.parseString(&whatText))
    return failure();
  node = parser.getBuilder().getStringAttr(nodeText);
  what = parser.getBuilder().getStringAttr(whatText);
  return success();
}

void printProbeName(OpAsmPrinter &printer, Operation *, StringAttr node,
                    StringAttr what) {
  printer.printAttributeWithoutType(node);
  printer << "::";
  printer.printAttributeWithoutType(what);
}

ParseResult parseName(OpAsmParser &parser, Attribute &name) {
  std::string text;
  if (parser.parseKeywordOrString(&text))
    return failure();
  name = parser.getBuilder().getStringAttr(text);
  return success();
}

void printName(OpAsmPrinter &printer, StringRef name) {
  printer.printKeywordOrString(name);
}

ParseResult parseNamedArgument(OpAsmParser &parser,
                               OpAsmParser::Argument &argument,
                               Attribute &name) {
  if (parser.parseArgument(argument))
    return failure();
  std::string text;
  if (failed(parser.parseOptionalString(&text)))
    text = argument.ssaName.name.drop_front().str();
  name = parser.getBuilder().getStringAttr(text);
  return parser.parseColonType(argument.type);
}

void printNamedArgument(OpAsmPrinter &printer, BlockArgument arg,
                        StringRef name) {
  std::string printed;
  llvm::raw_string_ostream stream(printed);
  printer.printOperand(arg, stream);
  printer << printed;
  if (StringRef(printed).drop_front() != name) {
    printer << ' ';
    printer.printString(name);
  }
  printer << ": " << arg.getType();
}

bool areDistinct(ArrayAttr names, StringRef &repeated) {
  llvm::StringSet<> seen;
  for (StringAttr name : names.getAsRange<StringAttr>()) {
    if (!seen.insert(name.getValue()).second) {
      repeated = name.getValue();
      return false;
    }
  }
  return true;
}

} // namespace volley::snn
