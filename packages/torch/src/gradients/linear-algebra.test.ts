import { einsum, ops } from '../index.js'
import { type Case, checkGradients, distinct, dtype, normal, on, positive, three, two, unary } from './test-support.js'

const linearAlgebra: Case[] = [
  ['mm', two((a, b) => ops.mm(a, b)), () => [normal(2, 3), normal(3, 4)]],
  ['bmm', two((a, b) => ops.bmm(a, b)), () => [normal(2, 2, 3), normal(2, 3, 2)]],
  ['matmul', two((a, b) => ops.matmul(a, b)), () => [normal(2, 2, 3), normal(3, 2)]],
  ['mv', two((a, b) => ops.mv(a, b)), () => [normal(2, 3), normal(3)]],
  ['dot', two((a, b) => ops.dot(a, b)), () => [normal(3), normal(3)]],
  ['outer', two((a, b) => ops.outer(a, b)), () => [normal(2), normal(3)]],
  ['addmm', three((c, a, b) => ops.addmm(c, a, b, 0.5, 2)), () => [normal(4), normal(2, 3), normal(3, 4)]],
  [
    'baddbmm',
    three((c, a, b) => ops.baddbmm(c, a, b, 0.5, 2)),
    () => [normal(2, 2, 2), normal(2, 2, 3), normal(2, 3, 2)],
  ],
  ['addbmm', three((c, a, b) => ops.addbmm(c, a, b)), () => [normal(2, 2), normal(2, 2, 3), normal(2, 3, 2)]],
  ['einsum', two((a, b) => einsum('bqd,bkd->bqk', [a, b])), () => [normal(2, 2, 3), normal(2, 3, 3)]],
  ['linear', three((x, w, b) => ops.linear(x, w, b)), () => [normal(2, 3), normal(4, 3), normal(4)]],
  on(
    'linalg_vector_norm',
    (x) => ops.linalg_vector_norm(x, 2, -1),
    () => normal(2, 3),
  ),
  on(
    'linalg_norm',
    (x) => ops.linalg_norm(x),
    () => normal(2, 3),
  ),
  on(
    'linalg_inv',
    (x) => ops.linalg_inv(x.add(ops.eye(3, dtype).mul(3))),
    () => normal(3, 3),
  ),
  [
    'linalg_solve',
    two((a, b) => ops.linalg_solve(a.add(ops.eye(3, dtype).mul(3)), b)),
    () => [normal(3, 3), normal(3, 2)],
  ],
  on(
    'linalg_cholesky',
    (x) => ops.linalg_cholesky(x.matmul(x.t()).add(ops.eye(3, dtype))),
    () => normal(3, 3),
  ),
  ['cdist', two((a, b) => ops.cdist(a, b)), () => [normal(2, 3), normal(4, 3)]],
  on(
    'diag',
    (x) => ops.diag(x),
    () => normal(3),
  ),
  on(
    'diagonal',
    (x) => ops.diagonal(x),
    () => normal(3, 3),
  ),
  on(
    'trace',
    (x) => ops.trace(x),
    () => normal(3, 3),
  ),
  on(
    'linalg_svd',
    (x) => ops.linalg_svd(x, false)[1],
    () => normal(3, 2),
  ),
  on(
    'linalg_qr',
    (x) => ops.linalg_qr(x)[1],
    () => normal(3, 3),
  ),
  on(
    'linalg_eigh',
    (x) => ops.linalg_eigh(x.add(x.t()))[0],
    () => normal(3, 3),
  ),
]

const reduction: Case[] = [
  ...unary(['sum', 'mean', 'prod', 'amax', 'amin', 'max', 'min', 'median'], distinct),
  on(
    'sum.dim_IntList',
    (x) => x.sum([0, 2]),
    () => normal(2, 3, 2),
  ),
  on(
    'mean.dim',
    (x) => x.mean(1, true),
    () => normal(2, 3),
  ),
  on(
    'prod.dim_int',
    (x) => x.prod(1),
    () => positive(2, 3),
  ),
  on(
    'amax dim',
    (x) => x.amax(1),
    () => distinct(2, 3),
  ),
  on(
    'max.dim',
    (x) => x.max(1)[0],
    () => distinct(2, 3),
  ),
  on(
    'min.dim',
    (x) => x.min(0)[0],
    () => distinct(2, 3),
  ),
  on(
    'std.correction',
    (x) => x.std(1),
    () => normal(2, 4),
  ),
  on(
    'var.correction',
    (x) => x.varr(0, 0),
    () => normal(3, 2),
  ),
  on(
    'norm.ScalarOpt_dim',
    (x) => ops.norm_ScalarOpt_dim(x, 3, [1]),
    () => normal(2, 3),
  ),
  on(
    'norm.Scalar',
    (x) => ops.norm_Scalar(x),
    () => normal(2, 3),
  ),
  on(
    'cumsum',
    (x) => x.cumsum(1),
    () => normal(2, 3),
  ),
  on(
    'cumprod',
    (x) => x.cumprod(1),
    () => positive(2, 3),
  ),
  on(
    'logsumexp',
    (x) => x.logsumexp(-1),
    () => normal(2, 3),
  ),
  on(
    'topk',
    (x) => x.topk(2)[0],
    () => distinct(2, 4),
  ),
  on(
    'sort',
    (x) => x.sort(-1, true)[0],
    () => distinct(2, 4),
  ),
  on(
    'sort.stable',
    (x) => ops.sort_stable(x, true, -1, false)[0],
    () => distinct(2, 4),
  ),
  on(
    'kthvalue',
    (x) => ops.kthvalue(x, 2)[0],
    () => distinct(2, 4),
  ),
  on(
    'median.dim',
    (x) => ops.median_dim(x, 1)[0],
    () => distinct(2, 3),
  ),
]

checkGradients('linear algebra', linearAlgebra)
checkGradients('reduction', reduction)
