import { byId, make, write, writeCommand } from './elements.js'
import { count, percent, text } from './language.js'
import { type Networking, PresenceBadge } from './presence-badge.js'
import { registerCommands } from './register-commands.js'

/** Each registered device is in one of these: the counts of a frame, and the word and pattern that they are shown with. */
const STATES = [
  { kind: 'fresh', word: 'online', pattern: 'good' },
  { kind: 'stale', word: 'stale', pattern: 'silent' },
  { kind: 'offline', word: 'offline', pattern: 'bad' },
  { kind: 'unknown', word: 'unknown', pattern: 'aside' },
] as const

/** The headline: how much of what is registered is connected. */
export class NetworkingFigure {
  readonly #states = STATES.map((state) => ({
    ...state,
    segment: make('i', `segment ${state.pattern}`),
    label: make('span'),
  }))
  readonly #discovered = new PresenceBadge()

  constructor() {
    for (const { pattern, segment, label } of this.#states) {
      const swatch = make('i', `swatch ${pattern}`)
      swatch.setAttribute('aria-hidden', 'true')
      byId('networking-bar').append(segment)
      byId('networking-states').append(make('li', '', '', [swatch, label]))
    }
    byId('networking-states').append(make('li', '', '', [this.#discovered.element]))
  }

  show(networking: Networking): void {
    const { registered, discovered } = networking
    byId('registered').hidden = registered === 0
    byId('unregistered').hidden = registered > 0
    write(byId('networking-rate'), percent(networking.networkingRate))
    write(byId('session-rate'), percent(networking.sessionRate))
    write(byId('delivery-rate'), percent(networking.deliveryRate.minute))
    write(byId('session-note'), text('sessionNote', { connected: count(networking.connected) }))
    const note = { fresh: count(networking.fresh), registered: count(registered) }
    write(byId('networking-note'), text('networkingNote', note))
    for (const { kind, word, segment, label } of this.#states) {
      segment.style.setProperty('flex-grow', String(networking[kind]))
      segment.classList.toggle('none', networking[kind] === 0)
      write(label, `${count(networking[kind])} ${text(word)}`)
    }
    this.#discovered.show(discovered === 0 ? undefined : 'discovered', count(discovered))
    if (registered === 0) showWhatToDo(discovered)
  }
}

/** Without a registered device there is nothing to divide by: a way to one, in place of figures. */
function showWhatToDo(discovered: number): void {
  const { list, confirm, importTable } = registerCommands(location.origin)
  const some = discovered > 0
  const message = some ? text('noneConfirmed', { discovered: count(discovered) }) : text('noneRegistered')
  write(byId('unregistered-text'), message)
  writeCommand(byId('register-command'), some ? list : importTable)
  write(byId('register-help'), some ? text('confirmHelp', { command: confirm }) : text('registerHelp'))
}
