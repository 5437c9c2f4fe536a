import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeHtml, scriptJson } from './escape.js'

describe('text that goes into the page', () => {
  it('turns the five characters of HTML into entities', () => {
    expect(escapeHtml(`<a href="x" id='y'>&`)).toBe('&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;')
  })

  it('keeps JSON equal and unable to end a script element', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('</script>', '<!--', '\u2028', ''), (value, nasty) => {
        const text = scriptJson({ value, nasty })
        expect(text).not.toMatch(/[<>&\u2028\u2029]/)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ value, nasty })))
      }),
    )
  })
})
