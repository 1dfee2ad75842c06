import type { DeadLettered, DeadLettersState, Letter } from '../src/live/protocol.js'
import { byId, make, write } from './elements.js'
import { count, sentence, text, timeOfDay } from './language.js'
import { meaningOf } from './reasons.js'

export function showLetters({ letters, kept }: DeadLettersState, arrived: DeadLettered): void {
  const since = count(arrived.messages + arrived.points)
  write(byId('letters-note'), text('lettersNote', { kept: count(kept), arrived: since }))
  const none = make('p', 'nothing', text('noLetters'))
  byId('letters').replaceChildren(
    ...(letters.length === 0 ? [none] : [make('ol', '', '', letters.map(item))]),
  )
}

function item(letter: Letter): HTMLElement {
  const time = make('time', 'muted', timeOfDay(letter.time))
  time.setAttribute('datetime', letter.time)
  const device = make('span', 'letter-device', letter.device === '' ? text('unknownDevice') : letter.device)
  const code = make('code', 'badge bad', letter.reason.code)
  const meaning = meaningOf(letter.reason.code)
  const means = meaning === undefined ? [] : [make('p', 'letter-meaning', sentence(meaning))]
  const head = make('div', 'letter-head', '', [time, code])
  return make('li', 'letter', '', [
    head,
    ...means,
    make('p', 'letter-reason', letter.reason.message),
    make('p', 'muted', '', [device, make('span', 'letter-topic', letter.topic || letter.sink)]),
  ])
}
