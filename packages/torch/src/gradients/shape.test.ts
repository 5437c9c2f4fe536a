import { ops, tensor } from '../index.js'
import { type Case, checkGradients, index, normal, on, two } from './test-support.js'

const shape: Case[] = [
  on(
    't',
    (x) => x.t(),
    () => normal(2, 3),
  ),
  on(
    'transpose.int',
    (x) => x.transpose(0, 2),
    () => normal(2, 3, 2),
  ),
  on(
    'permute',
    (x) => x.permute([2, 0, 1]),
    () => normal(2, 3, 2),
  ),
  on(
    'view',
    (x) => x.view([3, 2]),
    () => normal(2, 3),
  ),
  on(
    'reshape',
    (x) => x.t().reshape([-1]),
    () => normal(2, 3),
  ),
  on(
    'flatten',
    (x) => x.flatten(1),
    () => normal(2, 3, 2),
  ),
  on(
    'unsqueeze',
    (x) => x.unsqueeze(1),
    () => normal(2, 3),
  ),
  on(
    'squeeze',
    (x) => x.squeeze(),
    () => normal(2, 1, 3),
  ),
  on(
    'squeeze.dim',
    (x) => x.squeeze(1),
    () => normal(2, 1, 3),
  ),
  on(
    'expand',
    (x) => x.expand([2, 3]),
    () => normal(1, 3),
  ),
  on(
    'repeat',
    (x) => x.repeat([2, 1]),
    () => normal(2, 3),
  ),
  on(
    'repeat_interleave',
    (x) => x.repeatInterleave(2, 1),
    () => normal(2, 3),
  ),
  on(
    'contiguous',
    (x) => x.t().contiguous(),
    () => normal(2, 3),
  ),
  on(
    'clone',
    (x) => x.clone(),
    () => normal(2, 3),
  ),
  on(
    'to_copy',
    (x) => ops._to_copy(x),
    () => normal(2, 3),
  ),
  ['cat', two((a, b) => ops.cat([a, b], 1)), () => [normal(2, 3), normal(2, 1)]],
  ['stack', two((a, b) => ops.stack([a, b], 1)), () => [normal(2, 3), normal(2, 3)]],
  on(
    'select.int',
    (x) => x.select(1, -1),
    () => normal(2, 3),
  ),
  on(
    'narrow',
    (x) => x.narrow(1, 1, 2),
    () => normal(2, 3),
  ),
  on(
    'slice.Tensor',
    (x) => x.slice(1, 0, 3, 2),
    () => normal(2, 3),
  ),
  on(
    'index_select',
    (x) => x.indexSelect(1, index(2, 0, 2)),
    () => normal(2, 3),
  ),
  on(
    'gather',
    (x) =>
      x.gather(
        1,
        tensor(
          [
            [0, 0],
            [2, 1],
          ],
          { dtype: 'int64' },
        ),
      ),
    () => normal(2, 3),
  ),
  [
    'scatter.src',
    two((a, b) => a.scatter(1, tensor([[0], [2]], { dtype: 'int64' }), b)),
    () => [normal(2, 3), normal(2, 1)],
  ],
  on(
    'scatter.value',
    (x) => x.scatter(1, tensor([[0], [2]], { dtype: 'int64' }), 5),
    () => normal(2, 3),
  ),
  [
    'scatter_add',
    two((a, b) =>
      a.scatterAdd(
        1,
        tensor(
          [
            [0, 0],
            [2, 1],
          ],
          { dtype: 'int64' },
        ),
        b,
      ),
    ),
    () => [normal(2, 3), normal(2, 2)],
  ],
  ['index_add', two((a, b) => a.indexAdd(0, index(1, 0), b)), () => [normal(2, 3), normal(2, 3)]],
  on(
    'index.Tensor',
    (x) => x.index([index(1, 0, 1), null]),
    () => normal(2, 3),
  ),
  ['index_put', two((a, b) => ops.index_put(a, [index(1, 1)], b, true)), () => [normal(2, 3), normal(2, 3)]],
  on(
    'index_fill',
    (x) => ops.index_fill_int_Scalar(x, 1, index(1), 4),
    () => normal(2, 3),
  ),
  on(
    'masked_select',
    (x) => x.maskedSelect(tensor([1, 0, 1], { dtype: 'bool' })),
    () => normal(2, 3),
  ),
  on(
    'take_along_dim',
    (x) => ops.take_along_dim(x, tensor([[1], [2]], { dtype: 'int64' }), 1),
    () => normal(2, 3),
  ),
  ['chunk', (x) => x!.chunk(2, 1), () => [normal(2, 4)]],
  ['split.Tensor', (x) => x!.split(2, 1), () => [normal(2, 3)]],
  ['split_with_sizes', (x) => x!.split([1, 2], 1), () => [normal(2, 3)]],
  ['unbind.int', (x) => x!.unbind(1), () => [normal(2, 3)]],
  on(
    'roll',
    (x) => x.roll(1, 1),
    () => normal(2, 3),
  ),
  on(
    'flip',
    (x) => x.flip([0, 1]),
    () => normal(2, 3),
  ),
  on(
    'tril',
    (x) => x.tril(),
    () => normal(3, 3),
  ),
  on(
    'triu',
    (x) => x.triu(1),
    () => normal(3, 3),
  ),
  on(
    'movedim.int',
    (x) => x.movedim(0, 2),
    () => normal(2, 3, 2),
  ),
  on(
    'unfold',
    (x) => x.unfold(1, 2, 1),
    () => normal(2, 4),
  ),
  on(
    'as_strided',
    (x) => ops.as_strided(x, [2, 2], [3, 1], 1),
    () => normal(2, 3),
  ),
  on(
    'pixel_shuffle',
    (x) => ops.pixel_shuffle(x, 2),
    () => normal(1, 4, 2, 2),
  ),
  on(
    'constant_pad_nd',
    (x) => ops.constant_pad_nd(x, [1, 0, 2, 1], 3),
    () => normal(2, 3),
  ),
  on(
    'reflection_pad1d',
    (x) => ops.reflection_pad1d(x, [1, 2]),
    () => normal(1, 2, 4),
  ),
  on(
    'reflection_pad2d',
    (x) => ops.reflection_pad2d(x, [1, 1, 1, 0]),
    () => normal(1, 2, 3, 3),
  ),
  on(
    'replication_pad2d',
    (x) => ops.replication_pad2d(x, [1, 1, 1, 0]),
    () => normal(1, 2, 3, 3),
  ),
  on(
    'alias',
    (x) => ops.alias(x).mul(2),
    () => normal(2, 3),
  ),
  ['meshgrid.indexing', (a, b) => ops.meshgrid_indexing([a!, b!], 'ij'), () => [normal(2), normal(3)]],
  on(
    'to.dtype',
    (x) => x.to('float64').mul(2),
    () => normal(2, 3),
  ),
]

checkGradients('shape', shape)
