import { ops, rand, tensor } from '../index.js'
import {
  type Case,
  checkGradients,
  distinct,
  dtype,
  generator,
  index,
  normal,
  on,
  positive,
  small,
  three,
  two,
} from './test-support.js'

const classes = () => index(0, 2, 1, 0)
const half = () => rand([4, 3], { dtype, generator })

const network: Case[] = [
  on(
    'softmax.int',
    (x) => x.softmax(-1),
    () => normal(2, 3),
  ),
  on(
    'log_softmax.int',
    (x) => x.logSoftmax(-1),
    () => normal(2, 3),
  ),
  ['layer_norm', three((x, w, b) => ops.layer_norm(x, [4], w, b)), () => [normal(3, 4), normal(4), normal(4)]],
  [
    'native_layer_norm',
    three((x, w, b) => ops.native_layer_norm(x, [4], w, b, 1e-5)[0]),
    () => [normal(3, 4), normal(4), normal(4)],
  ],
  ['group_norm', three((x, w, b) => ops.group_norm(x, 2, w, b)), () => [normal(2, 4, 3), normal(4), normal(4)]],
  [
    'instance_norm',
    three((x, w, b) => ops.instance_norm(x, w, b, null, null, true, 0.1, 1e-5, false)),
    () => [normal(2, 2, 5), normal(2), normal(2)],
  ],
  [
    'batch_norm',
    three((x, w, b) => ops.batch_norm(x, w, b, null, null, true, 0.1, 1e-5, false)),
    () => [normal(4, 2, 3), normal(2), normal(2)],
  ],
  on(
    'embedding',
    (w) => ops.embedding(w, index(0, 2, 2)),
    () => normal(3, 4),
  ),
  on(
    'embedding_bag',
    (w) => ops.embedding_bag(w, index(0, 2, 2, 1), index(0, 2))[0],
    () => normal(3, 4),
  ),
  on(
    'cross_entropy_loss',
    (x) => ops.cross_entropy_loss(x, classes(), null, 1, -100, 0.1),
    () => normal(4, 3),
  ),
  on(
    'nll_loss',
    (x) => ops.nll_loss(x, classes()),
    () => normal(4, 3),
  ),
  on(
    'nll_loss2d',
    (x) =>
      ops.nll_loss2d(
        x,
        tensor(
          [
            [
              [0, 1],
              [2, 0],
            ],
          ],
          { dtype: 'int64' },
        ),
      ),
    () => normal(1, 3, 2, 2),
  ),
  ['mse_loss', two((a, b) => ops.mse_loss(a, b)), () => [normal(4, 3), normal(4, 3)]],
  ['l1_loss', two((a, b) => ops.l1_loss(a, b)), () => [normal(4, 3), normal(4, 3)]],
  ['smooth_l1_loss', two((a, b) => ops.smooth_l1_loss(a, b)), () => [normal(4, 3), normal(4, 3)]],
  ['huber_loss', two((a, b) => ops.huber_loss(a, b)), () => [normal(4, 3), normal(4, 3)]],
  ['binary_cross_entropy', (x, y) => ops.binary_cross_entropy(x!.sigmoid(), y!), () => [normal(4, 3), half()]],
  [
    'binary_cross_entropy_with_logits',
    (x, y) => ops.binary_cross_entropy_with_logits(x!, y!),
    () => [normal(4, 3), half()],
  ],
  ['kl_div', (x, y) => ops.kl_div(x!.logSoftmax(1), y!), () => [normal(4, 3), half()]],
  ['cosine_similarity', two((a, b) => ops.cosine_similarity(a, b)), () => [normal(4, 3), normal(4, 3)]],
  [
    'cosine_embedding_loss',
    two((a, b) => ops.cosine_embedding_loss(a, b, tensor([1, -1, 1, 1], { dtype }), 0.1)),
    () => [normal(4, 3), normal(4, 3)],
  ],
  [
    'margin_ranking_loss',
    two((a, b) => ops.margin_ranking_loss(a, b, tensor([1, -1, 1], { dtype }), 0.1)),
    () => [distinct(3), normal(3)],
  ],
  on(
    'dropout off',
    (x) => ops.dropout(x, 0.5, false),
    () => normal(2, 3),
  ),
  on(
    'glu',
    (x) => ops.glu(x, 1),
    () => normal(2, 4),
  ),
  ['prelu', two((x, w) => ops.prelu(x, w)), () => [distinct(2, 3), positive(1)]],
  [
    'convolution',
    three((x, w, b) => ops.convolution(x, w, b, [2, 1], [1, 0], [1, 1], false, [0, 0], 1)),
    () => [normal(1, 2, 4, 4), normal(3, 2, 2, 2), normal(3)],
  ],
  ['conv1d', three((x, w, b) => ops.conv1d(x, w, b, 2, 1)), () => [normal(2, 2, 5), normal(3, 2, 3), normal(3)]],
  [
    'conv2d',
    three((x, w, b) => ops.conv2d(x, w, b, 1, 1, 1, 2)),
    () => [normal(1, 4, 4, 4), normal(4, 2, 3, 3), normal(4)],
  ],
  ['conv3d', three((x, w, b) => ops.conv3d(x, w, b)), () => [normal(1, 2, 3, 3, 3), normal(2, 2, 2, 2, 2), normal(2)]],
  [
    'conv_transpose1d',
    three((x, w, b) => ops.conv_transpose1d(x, w, b, 2)),
    () => [normal(1, 2, 3), normal(2, 3, 2), normal(3)],
  ],
  [
    'conv_transpose2d',
    three((x, w, b) => ops.conv_transpose2d_input(x, w, b, 2, 1, 1)),
    () => [normal(1, 2, 3, 3), normal(2, 2, 3, 3), normal(2)],
  ],
  [
    'conv_transpose3d',
    three((x, w, b) => ops.conv_transpose3d_input(x, w, b)),
    () => [normal(1, 2, 2, 2, 2), normal(2, 2, 2, 2, 2), normal(2)],
  ],
  on(
    'avg_pool1d',
    (x) => ops.avg_pool1d(x, 2),
    () => normal(1, 2, 4),
  ),
  on(
    'avg_pool2d',
    (x) => ops.avg_pool2d(x, 2, 1),
    () => normal(1, 2, 4, 4),
  ),
  on(
    'avg_pool3d',
    (x) => ops.avg_pool3d(x, 2),
    () => normal(1, 1, 2, 4, 4),
  ),
  on(
    'max_pool1d',
    (x) => ops.max_pool1d(x, 2),
    () => distinct(1, 2, 4),
  ),
  on(
    'max_pool2d',
    (x) => ops.max_pool2d(x, 2),
    () => distinct(1, 2, 4, 4),
  ),
  on(
    'max_pool3d',
    (x) => ops.max_pool3d(x, 2),
    () => distinct(1, 1, 2, 4, 4),
  ),
  on(
    'adaptive_avg_pool1d',
    (x) => ops.adaptive_avg_pool1d(x, 2),
    () => normal(1, 2, 5),
  ),
  on(
    'adaptive_avg_pool2d',
    (x) => ops.adaptive_avg_pool2d(x, 2),
    () => normal(1, 2, 5, 4),
  ),
  on(
    'adaptive_avg_pool3d',
    (x) => ops.adaptive_avg_pool3d(x, 2),
    () => normal(1, 1, 3, 4, 4),
  ),
  on(
    'adaptive_max_pool2d',
    (x) => ops.adaptive_max_pool2d(x, 2)[0],
    () => distinct(1, 2, 5, 4),
  ),
  on(
    'im2col',
    (x) => ops.im2col(x, [2, 2], [1, 1], [0, 0], [1, 1]),
    () => normal(1, 2, 3, 3),
  ),
  on(
    'col2im',
    (x) => ops.col2im(x, [3, 3], [2, 2], [1, 1], [0, 0], [1, 1]),
    () => normal(1, 8, 4),
  ),
  on(
    'upsample_nearest1d',
    (x) => ops.upsample_nearest1d(x, [5]),
    () => normal(1, 2, 3),
  ),
  on(
    'upsample_nearest2d',
    (x) => ops.upsample_nearest2d(x, [5, 4]),
    () => normal(1, 2, 3, 3),
  ),
  on(
    'upsample_nearest3d',
    (x) => ops.upsample_nearest3d(x, [3, 3, 3]),
    () => normal(1, 1, 2, 2, 2),
  ),
  on(
    'upsample_linear1d',
    (x) => ops.upsample_linear1d(x, [5], false),
    () => normal(1, 2, 3),
  ),
  on(
    'upsample_bilinear2d',
    (x) => ops.upsample_bilinear2d(x, [5, 4], false),
    () => normal(1, 2, 3, 3),
  ),
  on(
    'upsample_bicubic2d',
    (x) => ops.upsample_bicubic2d(x, [5, 4], false),
    () => normal(1, 2, 3, 3),
  ),
  on(
    'upsample_trilinear3d',
    (x) => ops.upsample_trilinear3d(x, [3, 3, 3], true),
    () => normal(1, 1, 2, 2, 2),
  ),
  on(
    '_upsample_bilinear2d_aa',
    (x) => ops._upsample_bilinear2d_aa(x, [2, 3], false),
    () => normal(1, 2, 5, 4),
  ),
  on(
    '_upsample_bicubic2d_aa',
    (x) => ops._upsample_bicubic2d_aa(x, [2, 3], false),
    () => normal(1, 2, 5, 4),
  ),
  [
    'grid_sampler_2d',
    two((x, g) => ops.grid_sampler_2d(x, g, 0, 0, false)),
    () => [normal(1, 2, 3, 3), small(1, 2, 2, 2)],
  ],
  on(
    'affine_grid_generator',
    (x) => ops.affine_grid_generator(x, [1, 1, 2, 3], false),
    () => normal(1, 2, 3),
  ),
  on(
    '_softmax',
    (x) => ops._softmax(x, 1, false),
    () => normal(2, 3),
  ),
  [
    'native_group_norm',
    three((x, w, b) => ops.native_group_norm(x, w, b, 2, 4, 3, 2, 1e-5)[0]),
    () => [normal(2, 4, 3), normal(4), normal(4)],
  ],
  on(
    'native_dropout',
    (x) => ops.native_dropout(x, 0.5, false)[0],
    () => normal(2, 3),
  ),
  on(
    'max_pool2d_with_indices',
    (x) => ops.max_pool2d_with_indices(x, 2)[0],
    () => distinct(1, 2, 4, 4),
  ),
]

checkGradients('network', network)
