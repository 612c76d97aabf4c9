# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A module's graph of ATen ops, without mutation and with constants folded."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensor

from volley._errors import CompileError
from volley.torch._capture import CHANGED
from volley.torch._hints import AUTOCAST, DYNAMIC, describe
from volley.torch._problems import Problems, Where, find_line
from volley.torch._steps import step_of
from volley.torch.ops import TABLE

# Ops that make a tensor of one value; of what they are `like` only the shape counts.
_FILLS = {
    "zeros": 0.0,
    "ones": 1.0,
    "full": None,
    "new_zeros": 0.0,
    "new_ones": 1.0,
    "new_full": None,
    "zeros_like": 0.0,
    "ones_like": 1.0,
    "full_like": None,
    "empty": 0.0,
    "empty_like": 0.0,
    "new_empty": 0.0,
    "zero": 0.0,
    "fill": None,
}
_SPLITS = ("chunk", "split", "split_with_sizes", "tensor_split")
# Ops whose second result is where the first was found.
_WITH_INDICES = (
    "max_pool1d_with_indices",
    "max_pool2d_with_indices",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
)
# What is no op of ATen.
_STRUCTURE = {"input", "constant", "neuron", "getitem", "unknown"}
# Ops that change neither values nor shape.
_IDENTITIES = {
    "alias",
    "clone",
    "contiguous",
    "detach",
    "lift_fresh_copy",
    "positive",
    "requires_grad",
}
# Ops that leave an operand of the resulting shape as it is.
_RESHAPES = {
    "reshape",
    "view",
    "expand",
    "flatten",
    "unflatten",
    "squeeze",
    "expand_as",
    "view_as",
    "reshape_as",
    "broadcast_to",
    "atleast_1d",
    "atleast_2d",
}
# Ops that take the type that they compute in.
_WITH_TYPE = ("sum", "mean", "prod", "cumsum", "cumprod")
# Ops that, in place, change a tensor's shape and none of its values.
_RELAYOUTS = ("squeeze", "unsqueeze", "transpose", "swapaxes", "swapdims", "t")
_DROPOUTS = ("dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout")
# What torch.export calls a tensor that is no attribute of a module.
_LITERAL = re.compile(r"(^|\.)lifted_tensor_\d+$")
_RANDOM = re.compile(r"rand|bernoulli|normal|poisson|multinomial|dropout")


@dataclass(eq=False)
class Node:
    """One value of the graph, or a tuple of values that `getitem` takes apart.

    Attributes:
        op: the ATen op's name without its overload, or one of "input", "constant",
            "neuron", "getitem", and those of loops that are rolled up.
        args: operands in the order of the schema: Nodes, lists of Nodes, numbers.
        shape: of the traced example; None for tuples.
        value: a constant's tensor, or what the op has besides operands.
        origin: the op that a constant was computed by, if it was.
        step: of the loop, if the module's own code says it.
    """

    op: str
    args: list[Any]
    shape: tuple[int, ...] | None = None
    dtype: Any = None
    where: Where = Where()
    value: Any = None
    kwargs: dict[str, Any] = field(default_factory=dict)
    origin: Node | None = None
    step: int | None = None

    def __repr__(self):
        return f"<{self.op} {self.shape} at {id(self):x}>"

    @property
    def operands(self) -> list[Node]:
        return list(_nodes(self.args))

    @property
    def is_constant(self) -> bool:
        return self.op == "constant"

    @property
    def fill(self) -> float | None:
        """The value of a constant that is one number everywhere, else None."""
        if not self.is_constant:
            return None
        tensor = self.value
        if tensor.numel() == 1 or (tensor.numel() and not any(tensor.stride())):
            return tensor.reshape(-1)[0].item()
        return 0.0 if tensor.numel() == 0 else None


def _nodes(args):
    for arg in args:
        if isinstance(arg, Node):
            yield arg
        elif isinstance(arg, (list, tuple)):
            yield from _nodes(arg)


def order(outputs: list[Node]) -> list[Node]:
    """All nodes that outputs depend on, operands first.

    A delay's operand is no dependence at its own step: it comes after the nodes
    that it does not close a cycle with.

    Raises:
        CompileError: a value depends on itself in the same step.
    """
    done: dict[int, Node] = {}
    active: set[int] = set()
    pending = list(outputs)
    while pending:
        stack = [(pending.pop(0), False)]
        while stack:
            node, expanded = stack.pop()
            if id(node) in done:
                continue
            if expanded:
                done[id(node)] = node
            elif node.op == "delay":
                done[id(node)] = node
                pending += node.operands
            elif id(node) in active:
                raise CompileError(
                    [
                        f"{node.where}a value of the loop over time depends on itself "
                        "in the same step; start states from zeros or constants"
                    ]
                )
            else:
                active.add(id(node))
                stack.append((node, True))
                stack += [(operand, False) for operand in reversed(node.operands)]
    return list(done.values())


class _Cell:
    """What a tensor variable holds now; in-place ops change it."""

    def __init__(self, node, parent=None, rebuild=None):
        self.node, self.parent, self.rebuild = node, parent, rebuild
        self.version, self.seen, self.stale = 0, parent.version if parent else 0, False

    def read(self):
        if self.parent is not None:
            base = self.parent.read()
            if self.parent.version != self.seen:
                self.node = self.rebuild(base)
                self.seen = self.parent.version
        if self.stale:
            raise _Stale
        return self.node

    def write(self, node):
        self.node = node
        self.version += 1
        parent = self.parent
        if parent is None:
            return
        if self._write_to(parent, node):
            self.seen = parent.version
        else:
            parent.stale = True
            self.parent = None

    def _write_to(self, parent, node) -> bool:
        """Writes an index or a slice of the parent; other views cannot be written."""
        view, base = self.rebuild.view, parent.read()
        if view.op not in ("select", "slice"):
            return False
        dim = view.args[1] % len(base.shape)
        if view.op == "select":
            parent.write(_write_index(base, dim, view.args[2], node))
        else:
            parent.write(_write_slice(base, dim, view.args[2:], node))
        return True


class _Stale(Exception):
    pass


def _write_slice(base: Node, dim: int, bounds, node: Node) -> Node:
    """base with a part of a dimension replaced."""
    start, end, step = slice(*bounds).indices(base.shape[dim])
    if step != 1:
        raise _Stale
    if end - start == 1 < base.shape[dim]:
        return _write_index(base, dim, start, _squeezed(node, dim))

    def part(first, last):
        shape = (*base.shape[:dim], last - first, *base.shape[dim + 1 :])
        args = [base, dim, first, last, 1]
        return Node("slice", args, shape, base.dtype, node.where)

    parts = [node]
    if start > 0:
        parts.insert(0, part(0, start))
    if end < base.shape[dim]:
        parts.append(part(end, base.shape[dim]))
    return Node("cat", [parts, dim], base.shape, base.dtype, node.where)


def _squeezed(node: Node, dim: int) -> Node:
    """A node without a dimension of size 1; a constant stays one."""
    if node.is_constant:
        return _constant(node.value.squeeze(dim), node.where)
    shape = (*node.shape[:dim], *node.shape[dim + 1 :])
    return Node("squeeze", [node, dim], shape, node.dtype, node.where)


def _write_index(base: Node, dim: int, index: int, node: Node) -> Node:
    """base with one index of a dimension replaced; a stack once all are."""
    size, parts = base.shape[dim], {}
    common = dict(shape=base.shape, dtype=base.dtype, where=node.where)
    written = _written_parts(base)
    if written is not None and written[1] == dim:
        base, _, parts = written
    parts[index % size] = node
    if len(parts) == size:
        stacked = [[parts[i] for i in range(size)], dim]
        return Node("stack", stacked, value=_WRITTEN, **common)
    indices = sorted(parts)
    return Node("written", [base, dim, indices, [parts[i] for i in indices]], **common)


# The value of a stack of what was written index by index.
_WRITTEN = "written"


def _written_parts(node) -> tuple[Node, int, dict[int, Node]] | None:
    """(base, dimension, {index: what was written there}) of a tensor, if it is one
    that was written index by index."""
    if node.op == "written":
        base, dim, indices, values = node.args
        return base, dim, dict(zip(indices, values))
    if node.op == "stack" and node.value == _WRITTEN:
        parts, dim = node.args
        return node, dim, dict(enumerate(parts))
    return None


class Importer:
    """Reads an exported program into Nodes.

    Attributes:
        refused: by path, why modules are refused, if anything uses them.
        inputs: the user's inputs, in order.
        outputs: the flat results; None where the module returns none.
        trace: all nodes, in the order in which they were computed, each once.
        written: parameters and buffers that are written in place, and where.
    """

    def __init__(self, program, leaves, problems: Problems, prefix: str = ""):
        self.program, self.leaves, self.problems = program, leaves, problems
        self.prefix = prefix
        self.refused: dict[str, str] = {}
        self.cells: dict[Any, Any] = {}
        self.inputs: list[Node] = []
        self.outputs: list[Any] = []
        self._trace: dict[int, Node] = {}
        self._folded: dict[Any, Node] = {}
        self.written: list[tuple[Where, str]] = []
        self._literals: list[Node] = []
        # What was written, folded, by the node's id, which must stay its own.
        self._whole: dict[int, tuple[Node, Node]] = {}
        # Of sizes that torch.export does not know.
        self._sizes: dict[Any, Any] = {}

    def run(self):
        constants = self._constants()
        graph = self.program.graph_module
        given = (fx for fx in graph.graph.nodes if fx.op == "placeholder")
        inputs = [_Cell(self._placeholder(fx, constants)) for fx in given]
        results = self._run(graph, inputs)
        self.outputs = [_read_cell(result) for result in results]
        return self

    def _run(self, graph, inputs):
        """The cells of a graph's results, or what else they are."""
        cells = iter(inputs)
        for fx in graph.graph.nodes:
            if fx.op == "placeholder":
                self.cells[fx] = next(cells)
            elif fx.op == "output":
                return [self._cell(arg) for arg in fx.args[0]]
            elif fx.op == "get_attr":
                self.cells[fx] = _get_attribute(graph, fx.target)
            elif isinstance(fx.target, torch._ops.HigherOrderOperator):
                self.cells[fx] = self._wrapped(fx)
            elif isinstance(fx.meta.get("val"), torch.SymInt):
                self.cells[fx] = _Cell(self._size(fx.meta["val"], fx))
            elif not isinstance(fx.target, torch._ops.OpOverload):
                self.cells[fx] = self._foreign(fx)
            else:
                self.cells[fx] = self._call(fx)
        return []

    def _meta(self, fx):
        """The shape and the type of a result, if it is one tensor."""
        value = fx.meta.get("val")
        if not isinstance(value, torch.Tensor):
            return None, None
        return tuple(self._size(size, fx) for size in value.shape), value.dtype

    def _size(self, size, fx) -> int:
        """A size that torch.export does not know, as it depends on a constant."""
        if isinstance(size, int):
            return size
        known = size.node.expr.subs(self._sizes)
        if known.is_number:
            return int(known)
        self.problems.error(self._where(fx), DYNAMIC)
        return 1

    def _repeats(self, fx, repeats):
        """Notes the size of what is repeated as often as constants say."""
        shapes = zip(fx.meta["val"].shape, fx.args[0].meta["val"].shape)
        if isinstance(repeats, Node) and repeats.is_constant:
            for size, before in shapes:
                if isinstance(size, torch.SymInt):
                    total = int(repeats.value.expand(before).sum())
                    self._sizes[size.node.expr] = total

    def _unknown(self, fx, where):
        return _Cell(Node("unknown", [], *self._meta(fx), where=where))

    def _cell(self, arg):
        return self.cells[arg] if isinstance(arg, torch.fx.Node) else arg

    def _wrapped(self, fx):
        """A block of ops under a setting, which changes values or does not."""
        args = [self._cell(arg) for arg in fx.args]
        graphs = [i for i, a in enumerate(args) if isinstance(a, torch.fx.GraphModule)]
        name = fx.target.name()
        if name == "wrap_with_set_grad_enabled":
            reason = ""
        elif name == "wrap_with_autocast":
            device, dtype, enabled, *_ = args
            reason = AUTOCAST.format(device, dtype) if enabled else ""
        else:
            reason = describe(name)
        if not reason:
            return self._run(args[graphs[0]], args[graphs[0] + 1 :])
        inside = [inner for i in graphs for inner in args[i].graph.nodes]
        traced = (inner for inner in inside if inner.meta.get("stack_trace"))
        where = self._where(next(traced, fx))
        self.problems.error(where, reason)
        if len(graphs) != 1:
            return self._unknown(fx, where)
        return [
            self._unknown(result, where) if isinstance(result, torch.fx.Node) else None
            for result in inside[-1].args[0]
        ]

    def _foreign(self, fx):
        """What is no op of ATen: a number, or a function that is not looked into."""
        if fx.target is operator.getitem:
            return self._getitem(fx)
        where, name = self._where(fx), getattr(fx.target, "__name__", str(fx.target))
        if not isinstance(fx.meta.get("val"), torch.Tensor):
            return None
        is_mapped = "functorch" in getattr(fx.target, "__module__", "")
        self.problems.error(where, describe("vmap" if is_mapped else name))
        return self._unknown(fx, where)

    @property
    def trace(self) -> list[Node]:
        return list(self._trace.values())

    def check(self, in_loop: bool) -> None:
        """Refuses ops without a form, and states that no loop carries on."""
        results = [node for node in self.outputs if isinstance(node, Node)]
        nodes = order(results)
        for node in (node for node in nodes if not node.is_constant):
            for path, reason in self.refused.items():
                if (node.where.path + ".").startswith(path + "."):
                    self.problems.refuse(replace(node.where, path=path), reason)
        for node in nodes:
            if node.op not in _STRUCTURE and node.op not in TABLE:
                self.problems.error(node.where, describe(node.op, node in results))
        for where, name in self.written:
            for leaf in self.leaves:
                path, _, attribute = name.rpartition(".")
                is_state = attribute in {*leaf.neuron.attributes, *leaf.neuron.states}
                if path == self._path(leaf.path) and not is_state:
                    self.problems.error(where, CHANGED.format(name))
        if in_loop:
            return
        for where, name in self.written:
            if not name.endswith("num_batches_tracked"):
                self.problems.error(
                    where,
                    f"writes '{name}' in place, a state that cannot be recovered; keep "
                    "it in a neuron, or as a variable of a loop over time",
                )

    def _constants(self):
        signature, program = self.program.graph_signature, self.program
        tensors = {**program.constants, **program.state_dict}
        names = {
            **signature.inputs_to_parameters,
            **signature.inputs_to_buffers,
            **signature.inputs_to_lifted_tensor_constants,
        }
        return {name: (target, tensors[target]) for name, target in names.items()}

    def _placeholder(self, fx, constants):
        if fx.name in constants:
            name, tensor = constants[fx.name]
            if _LITERAL.search(name):
                return self._literal(tensor.detach())
            where = Where(self._path(name))
            node = _constant(tensor.detach(), where)
            node.kwargs["name"] = where.path
            return node
        value = fx.meta.get("val")
        if not isinstance(value, torch.Tensor):
            return value
        node = Node("input", [], tuple(value.shape), value.dtype, value=fx.name)
        self.inputs.append(node)
        return node

    def _fold_written(self, node):
        """A constant that was written in parts, by constants, is one again."""
        if not isinstance(node, Node) or node.op not in _WRITES:
            return node
        stack = [node]
        while stack:
            top = stack[-1]
            writes = top.operands if top.op in _WRITES else []
            missing = [operand for operand in writes if id(operand) not in self._whole]
            if missing:
                stack += missing
                continue
            stack.pop()
            if id(top) not in self._whole:
                whole = [self._whole[id(operand)][0] for operand in writes]
                is_constant = bool(writes) and all(n.is_constant for n in whole)
                folded = _fold_write(top, whole) if is_constant else top
                self._whole[id(top)] = (folded, top)
        return self._whole[id(node)][0]

    def _literal(self, tensor):
        """A tensor that code makes of numbers: at each step of a loop the same one."""
        for node in self._literals:
            if node.dtype == tensor.dtype and torch.equal(node.value, tensor):
                return node
        self._literals.append(_constant(tensor, Where()))
        return self._literals[-1]

    def _read(self, arg):
        if isinstance(arg, torch.fx.Node):
            return self._fold_written(_read_cell(self.cells[arg]))
        if isinstance(arg, (list, tuple)):
            return [self._read(a) for a in arg]
        return arg

    def _path(self, path):
        path = re.sub(r"@\d+", "", path)
        if self.prefix and (path + ".").startswith(self.prefix + "."):
            path = path[len(self.prefix) + 1 :]
        return path

    def _where(self, fx) -> Where:
        stack = fx.meta.get("nn_module_stack") or {}
        path = next(reversed(stack.values()))[0] if stack else ""
        return Where(self._path(path), *find_line(fx.meta.get("stack_trace") or ""))

    def _getitem(self, fx):
        """One of several results, as an op that has one result only."""
        if isinstance(self.cells[fx.args[0]], list):
            return self.cells[fx.args[0]][fx.args[1]]
        source, index = self._read(fx.args[0]), fx.args[1]
        common = dict(zip(("shape", "dtype"), self._meta(fx)), where=source.where)
        if source.op == "unbind":
            x, dim = source.args
            part = Node("select", [x, dim, index], **common)
            return self._cut(fx, part, torch.ops.aten.select.int)
        if source.op in _SPLITS:
            x, dim = source.args[0], source.args[-1]
            start = sum(v.shape[dim] for v in fx.args[0].meta["val"][:index])
            end = start + common["shape"][dim]
            part = Node("slice", [x, dim, start, end, 1], **common)
            return self._cut(fx, part, torch.ops.aten.slice.Tensor)
        if source.op in ("max", "min") and index == 0:
            x, dim, keepdim = source.args
            node = Node(f"a{source.op}", [x, [dim], keepdim], **common)
        elif source.op in _WITH_INDICES and index == 0:
            node = Node(source.op, source.args, **common)
        else:
            node = Node("getitem", [source, index], **common)
        self._trace.setdefault(id(node), node)
        return _Cell(node)

    def _cut(self, fx, part, target):
        """A part of a tensor that is taken apart."""
        node = self._fold(part, target)
        self._trace.setdefault(id(node), node)
        return self._view(fx, fx.args[0].args[0], part, node, target)

    def _view(self, fx, source, view, node, target):
        """What an op gives, which is its operand's memory or is not."""
        if not _share_memory(fx, source):
            return _Cell(node)
        base = self.cells[source]
        if node is base.node:
            return base
        return _Cell(node, base, _Rebuild(self, view, target))

    def _call(self, fx):
        where = self._where(fx)
        schema = fx.target._schema
        try:
            args, kwargs = self._arguments(fx, schema)
        except _Stale:
            self.problems.error(where, "uses a tensor after a view of it was written")
            return self._unknown(fx, where)
        library, _, name = schema.name.partition("::")
        if library not in ("aten", "volley"):
            name = schema.name
        if name == "neuron":
            leaf = self.leaves[args[1]]
            value = (leaf, args[2], leaf.calls[args[2]])
            where = replace(where, path=self._path(leaf.path))
            node = Node("neuron", list(args[0]), where=where, value=value)
            self._trace.setdefault(id(node), node)
            if leaf.problem:
                self.problems.error(where, leaf.problem)
            if leaf.neuron.remark:
                self.problems.remark(Where(where.path), leaf.neuron.remark)
            return _Cell(node)
        if name.startswith("_assert"):
            return None
        if name == "repeat_interleave":
            self._repeats(fx, args[1])
        target = fx.target
        written = None
        if schema.is_mutable:
            # out= is an operand of its own.
            written = fx.kwargs.get("out", fx.args[0] if fx.args else None)
            kwargs.pop("out", None)
        start = _as_index(args[2]) if name == "narrow" else None
        if start is not None:
            x, dim, _, size = args
            start %= x.shape[dim]
            name, target = "slice", torch.ops.aten.slice.Tensor
            args = [x, dim, start, start + size, 1]
        if written is not None:
            # add_ is add, and __ior__ is __or__.
            name = f"__{name[3:]}" if name.startswith("__i") else name.rstrip("_")
            target = _functional(name, fx.target)
        if name in _WITH_TYPE and kwargs.get("dtype") not in (None, args[0].dtype):
            args[0] = self._cast(args[0], kwargs["dtype"], where)
        whole = Node(name, args, *self._meta(fx), where=where, kwargs=kwargs)
        node = self._fold(whole, target)
        if id(node) not in self._trace and node.op not in ("input", "constant"):
            node.step = step_of(fx.meta.get("stack_trace") or "")
        self._trace.setdefault(id(node), node)
        if written is not None:
            return self._mutate(self.cells[written], node)
        return self._view(fx, fx.args[0] if fx.args else None, whole, node, target)

    def _arguments(self, fx, schema):
        positional, keyword = [], {}
        for i, argument in enumerate(schema.arguments):
            if i < len(fx.args):
                value = fx.args[i]
            elif argument.name in fx.kwargs:
                value = fx.kwargs[argument.name]
            else:
                value = argument.default_value
            value = self._read(value)
            if argument.kwarg_only:
                keyword[argument.name] = value
            else:
                positional.append(value)
        return positional, keyword

    def _mutate(self, cell, node):
        """What an in-place op writes is what the cell holds from now on."""
        if node.op == "copy":
            node = node.args[1]
        if node is cell.node:
            return cell
        if cell.node.is_constant and "name" in cell.node.kwargs:
            self.written.append((node.where, cell.node.kwargs["name"]))
        if node.op in _RELAYOUTS:
            cell.node = node  # another shape of the same memory
            return cell
        if node.dtype != cell.node.dtype:
            node = self._cast(node, cell.node.dtype, node.where)
        if node.shape != cell.node.shape:
            shape = cell.node.shape
            node = Node("expand", [node, shape], shape, node.dtype, node.where)
        try:
            cell.write(node)
        except _Stale:
            self.problems.error(node.where, "writes a part of a tensor with a step")
        return cell

    def _cast(self, node, dtype, where):
        cast = Node("to", [node, dtype], node.shape, dtype, where)
        return self._fold(cast, torch.ops.aten.to.dtype)

    def _fold(self, node, target):
        """Computes what depends on constants only; drops what changes nothing."""
        if node.op in _IDENTITIES or _is_kept(node):
            return node.args[0]
        if node.op == "slice":
            node = _single(node)
            if node.is_constant:
                return node
        pair = _summed_pair(node)
        if pair is not None:
            return Node("add", pair, node.shape, node.dtype, node.where)
        late = _reduced_end(node)
        if late is not None:
            return Node("reduce_end", late, node.shape, node.dtype, node.where)
        value = _fill_value(node)
        if value is not None:
            tensor = torch.full((), value, dtype=node.dtype).expand(node.shape)
            return _constant(tensor, node.where)
        if node.op in ("select", "slice"):
            read = _read_written(node)
            if read is not node:
                return read
        if _RANDOM.search(node.op) or not all(n.is_constant for n in node.operands):
            return node
        if node.shape is None:
            return node
        # Each step of a loop computes it again; it is one constant.
        key = (target, _key(node.args), _key(node.kwargs))
        if key not in self._folded:
            with torch.no_grad():
                tensor = target(*_tensors(node.args), **_tensors(node.kwargs))
            tensor = collapse(tensor)
            self._folded[key] = _constant(tensor, node.where, node)
        return self._folded[key]


class _Rebuild:
    """Makes a view again, of what its base has become."""

    def __init__(self, importer, view, target):
        self.importer, self.view, self.target = importer, view, target

    def __call__(self, base):
        view = self.view
        args = [base, *view.args[1:]]
        node = Node(
            view.op, args, view.shape, view.dtype, view.where, kwargs=view.kwargs
        )
        return self.importer._fold(node, self.target)


def _read_written(node):
    """What was written by index, where nothing else is read."""
    written = _written_parts(node.args[0])
    if written is None or written[1] != node.args[1] % len(node.args[0].shape):
        return node
    base, dim, parts = written

    def at(index):
        if index in parts:
            return parts[index]
        if base.is_constant:
            return _constant(base.value.select(dim, index), node.where)
        shape = (*base.shape[:dim], *base.shape[dim + 1 :])
        return Node("select", [base, dim, index], shape, node.dtype, node.where)

    size = node.args[0].shape[dim]
    if node.op == "select":
        return at(node.args[2] % size)
    indices = range(*slice(*node.args[2:]).indices(size))
    if node.args[0].op == "stack" or not (
        base.is_constant or set(indices) <= set(parts)
    ):
        return node
    stacked = [[at(index) for index in indices], dim]
    return Node("stack", stacked, node.shape, node.dtype, node.where, _WRITTEN)


def _single(node):
    """A slice of one element of several as that element: a step, maybe."""
    if node.op != "slice" or node.args[0].is_constant:
        return node
    x, dim, *bounds = node.args
    indices = range(*slice(*bounds).indices(x.shape[dim]))
    if len(indices) != 1 or x.shape[dim] == 1:
        return node
    dim %= len(x.shape)
    shape = (*x.shape[:dim], *x.shape[dim + 1 :])
    one = Node("select", [x, dim, indices[0]], shape, node.dtype, node.where)
    one = _read_written(one)
    if one.is_constant:
        return _constant(one.value.unsqueeze(dim), node.where)
    return Node("unsqueeze", [one, dim], node.shape, node.dtype, node.where)


def _as_index(arg) -> int | None:
    """The number that an operand is, if it is one."""
    if isinstance(arg, Node):
        return None if arg.fill is None else int(arg.fill)
    return arg


def _fill_value(node) -> float | None:
    """What a tensor of one value holds."""
    if node.op not in _FILLS or node.shape is None:
        return None
    if _FILLS[node.op] is not None:
        return _FILLS[node.op]
    value = node.args[-1] if node.op == "fill" else node.args[1]
    if node.op == "new_full":
        value = node.args[2]
    return value.fill if isinstance(value, Node) else value


def _summed_pair(node):
    """The two tensors that are stacked for no more than their sum."""
    if node.op != "sum" or len(node.args) < 2 or node.args[0].op != "stack":
        return None
    stack, dims = node.args[:2]
    parts, dim = stack.args
    if len(parts) != 2 or dims != [dim] or node.args[2]:
        return None
    return list(parts)


def _reduced_end(node):
    """[x, kind, dim, start, keepdim] of a sum or mean of all but the first elements.

    Of time that is a sum over steps, not a signal that has fewer of them.
    """
    if node.op not in ("sum", "mean") or node.args[0].op != "slice":
        return None
    part, dims, keepdim = (*node.args, None, False)[:3]
    x, dim, start, end, step = part.args
    dim %= len(x.shape)
    whole = end is None or end >= x.shape[dim]
    if dims not in ([dim], [dim - len(x.shape)]) or not whole or step != 1:
        return None
    is_late = isinstance(start, int) and 0 < start < x.shape[dim]
    return [x, node.op, dim, start, keepdim] if is_late else None


def _is_kept(node):
    """Whether an op leaves its first operand as it is, because of its settings."""
    if node.op in _DROPOUTS:
        return not node.args[2] or node.args[1] == 0
    if node.op in ("to", "_to_copy", "type_as"):
        return node.args[0].dtype == node.dtype
    if node.op == "slice":
        return node.args[0].shape == node.shape and node.args[4] == 1
    return node.op in _RESHAPES and node.shape == node.args[0].shape


def _constant(tensor, where, origin=None):
    shape = tuple(tensor.shape)
    return Node("constant", [], shape, tensor.dtype, where, tensor, origin=origin)


# Larger tensors are weights.
_LARGE = 1 << 20


def collapse(tensor):
    """A tensor that repeats along some dimensions as a view of what is repeated.

    What was computed for each sample of the example is one value for all samples.
    """
    if tensor.numel() > _LARGE:
        return tensor
    shape = tensor.shape
    for dim, size in enumerate(shape):
        one = tensor.narrow(dim, 0, min(size, 1))
        if size > 1 and bool((tensor == one).all()):
            tensor = one
    return tensor.expand(shape)


def _key(args):
    """What tells arguments apart, for use as a key."""
    if isinstance(args, dict):
        return tuple((name, _key(arg)) for name, arg in args.items())
    if isinstance(args, (list, tuple)):
        return tuple(map(_key, args))
    return id(args) if isinstance(args, Node) else (type(args), args)


def _tensors(args):
    if isinstance(args, dict):
        return {name: _tensors(arg) for name, arg in args.items()}
    if isinstance(args, (list, tuple)):
        return [_tensors(arg) for arg in args]
    return args.value if isinstance(args, Node) else args


def _functional(name, target):
    """The op without side effect that an in-place op stands for."""
    packet = getattr(torch.ops.aten, name, None)
    if packet is not None:
        return getattr(packet, target._overloadname, packet)

    def on_copy(x, *args, **kwargs):
        return target(x.clone(), *args, **kwargs)

    return on_copy


def _share_memory(fx, source) -> bool:
    """Whether a result is its operand's memory; a copy, such as of a transposed tensor
    by `contiguous`, is not."""
    if not isinstance(source, torch.fx.Node):
        return False
    tensors = [node.meta.get("val") for node in (fx, source)]
    if not all(isinstance(tensor, FakeTensor) for tensor in tensors):
        return False
    first, second = (tensor.untyped_storage()._cdata for tensor in tensors)
    return first == second


# Ops that writing a part of a tensor makes, and what they are.
_WRITES = {
    "cat": torch.ops.aten.cat.default,
    "expand": torch.ops.aten.expand.default,
    "slice": torch.ops.aten.slice.Tensor,
    "squeeze": torch.ops.aten.squeeze.dim,
    "stack": torch.ops.aten.stack.default,
    "written": None,
}


def _fold_write(node, operands) -> Node:
    """What was written in parts, whose operands are these constants."""
    tensors = {id(n): whole.value for n, whole in zip(node.operands, operands)}
    args = _substituted(node.args, tensors)
    if node.op == "written":
        base, dim, indices, parts = args
        tensor = base.clone()
        for index, part in zip(indices, parts):
            tensor.select(dim, index).copy_(part)
    else:
        tensor = _WRITES[node.op](*args)
    return _constant(tensor, node.where, node)


def _substituted(args, values):
    return [
        values[id(arg)]
        if isinstance(arg, Node)
        else _substituted(arg, values)
        if isinstance(arg, (list, tuple))
        else arg
        for arg in args
    ]


def _read_cell(cell):
    return cell.read() if isinstance(cell, _Cell) else cell


def _get_attribute(graph, name):
    """A graph within a graph, or a constant of one."""
    value = operator.attrgetter(name)(graph)
    if isinstance(value, torch.Tensor):
        return _Cell(_constant(value.detach(), Where()))
    return value
