import type { TextKey } from './catalogue.js'
import { make, write } from './elements.js'
import { count, text } from './language.js'

/** One entry of the ledger: its pattern in the bar, its label and a word on what it means. */
interface Term {
  readonly pattern: string
  readonly label: TextKey
  readonly note: TextKey
}

interface ShownTerm {
  readonly element: HTMLElement
  readonly figure: HTMLElement
  readonly segment: HTMLElement | undefined
}

export const MESSAGE_TERMS: readonly Term[] = [
  { pattern: 'sum', label: 'received', note: 'receivedNote' },
  { pattern: 'good', label: 'decoded', note: 'decodedNote' },
  { pattern: 'aside', label: 'ignored', note: 'ignoredNote' },
  { pattern: 'bad', label: 'deadLettered', note: 'deadLetteredNote' },
  { pattern: 'refused', label: 'refused', note: 'refusedNote' },
]

export const POINT_TERMS: readonly Term[] = [
  { pattern: 'sum', label: 'decoded', note: 'pointsDecodedNote' },
  { pattern: 'good', label: 'stored', note: 'storedNote' },
  { pattern: 'waiting', label: 'pending', note: 'pendingNote' },
  { pattern: 'aside', label: 'filtered', note: 'filteredNote' },
  { pattern: 'bad', label: 'deadLettered', note: 'deadLetteredNote' },
]

/** One line of the ledger as an equation: a sum, its terms, a bar of their shares, and whether they add up. */
export class Flow {
  readonly #check: HTMLElement
  readonly #terms: readonly ShownTerm[]

  constructor(host: HTMLElement, terms: readonly Term[]) {
    const bar = make('div', 'bar')
    bar.setAttribute('aria-hidden', 'true')
    const list = make('ol', 'terms')
    this.#terms = terms.map((term) => showTerm(term, list, bar))
    this.#check = host.querySelector<HTMLElement>('.check') ?? make('p', 'check')
    host.append(list, bar)
  }

  /** Takes the counts in the order of the terms: the sum first. */
  show(counts: readonly number[]): void {
    const [sum = 0, ...parts] = counts
    for (const [i, { figure, segment, element }] of this.#terms.entries()) {
      const value = counts[i] ?? 0
      write(figure, count(value))
      element.classList.toggle('zero', value === 0)
      segment?.style.setProperty('flex-grow', String(value))
      segment?.classList.toggle('none', value === 0)
    }
    const difference = sum - parts.reduce((a, b) => a + b, 0)
    this.#check.classList.toggle('off', difference !== 0)
    write(
      this.#check,
      difference === 0 ? text('addsUp') : text('doesNotAddUp', { difference: count(difference) }),
    )
  }
}

function showTerm({ pattern, label, note }: Term, list: HTMLElement, bar: HTMLElement): ShownTerm {
  const figure = make('b', 'figure', '–')
  const name = make('span', 'label')
  name.dataset.text = label
  const remark = make('span', 'note')
  remark.dataset.text = note
  const swatch = make('i', `swatch ${pattern}`)
  swatch.setAttribute('aria-hidden', 'true')
  const element = make('li', `term term-${pattern}`, '', [
    make('span', 'head', '', [swatch, name]),
    figure,
    remark,
  ])
  list.append(element)
  if (pattern === 'sum') return { element, figure, segment: undefined }
  const segment = make('i', `segment ${pattern}`)
  bar.append(segment)
  return { element, figure, segment }
}
