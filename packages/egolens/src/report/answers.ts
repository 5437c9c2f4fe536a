import type { ReportAnswer } from './data.js'
import { escapeHtml } from './escape.js'
import type { Placed } from './videos.js'

/** Questions on videos, each beside the piece that it is about, with what was answered. */
export function answersHtml(answers: readonly Placed<ReportAnswer>[]): string {
  return `<div class="answers">${answers.map(answerHtml).join('\n')}</div>`
}

function answerHtml({ src, start, end, question, answer, truth, choices }: Placed<ReportAnswer>): string {
  const span = start === undefined ? '' : `#t=${start}${end === undefined ? '' : `,${end}`}`
  const bars = choices.map(
    ({ text, probability }) =>
      `<li><span class="name">${escapeHtml(text)}</span><span class="bar"><span class="fill" style="width:${(100 * probability).toFixed(1)}%"></span></span><span class="value">${(100 * probability).toFixed(1)} %</span></li>`,
  )
  return `<article class="asked">
<video src="${escapeHtml(src + span)}" controls muted playsinline preload="metadata"></video>
<h3>${escapeHtml(question)}</h3>
<p class="said">${escapeHtml(answer)}</p>
${bars.length > 0 ? `<ol>${bars.join('')}</ol>` : ''}${truth === undefined ? '' : `<p class="truth">annotated: ${escapeHtml(truth)}</p>`}
</article>`
}
