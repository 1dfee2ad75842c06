import type { CountsState } from '../src/live/protocol.js'
import { make } from './elements.js'
import { count, duration, text } from './language.js'

type Sink = CountsState['sinks'][number]

export function showSinks(host: HTMLElement, sinks: readonly Sink[]): void {
  const shown = sinks.length === 0 ? [make('p', 'nothing', text('noSinks'))] : sinks.map(card)
  host.replaceChildren(...shown)
}

function card(sink: Sink): HTMLElement {
  const ok = sink.state === 'ok'
  const role = sink.primary ? `${sink.type}, ${text('primary')}` : sink.type
  const state = make('span', ok ? 'badge good' : 'badge bad', text(ok ? 'sinkOk' : 'sinkRetrying'))
  const title = make('div', 'sink-title', '', [make('b', '', sink.name), make('span', 'muted', role), state])
  const figures = make('dl', 'sink-figures', '', [
    ...entry(text('stored'), count(sink.storedPoints)),
    ...entry(text('pending'), count(sink.pendingPoints)),
    ...entry(text('lag'), duration(sink.lagMs)),
  ])
  const children = [title, figures]
  if (sink.lastError !== '') children.push(make('p', 'sink-error', sink.lastError))
  return make('article', 'sink', '', children)
}

function entry(label: string, value: string): HTMLElement[] {
  return [make('div', '', '', [make('dt', '', label), make('dd', '', value)])]
}
