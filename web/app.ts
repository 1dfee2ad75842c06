import type { CountsState, DeadLettered, DeadLettersState, Hello } from '../src/live/protocol.js'
import { Connection, type ConnectionState } from './connection.js'
import { byId, write, writeCommand } from './elements.js'
import { Flow, MESSAGE_TERMS, POINT_TERMS } from './flow.js'
import { preferLanguage, rate, startLanguage, switchLanguage, text, translatePage } from './language.js'
import { showLetters } from './letters.js'
import { NetworkingFigure } from './networking.js'
import { publishCommand } from './publish-command.js'
import { askSession, type Session } from './session.js'
import { SignInForm } from './sign-in.js'
import { showSinks } from './sinks.js'
import { Sparkline } from './sparkline.js'
import { showStatus } from './status.js'
import { Tree } from './tree.js'
import { Who } from './who.js'

const SUBSCRIBE_AGAIN_MS = 5000
/** Each button, and the command that it copies. */
const COPIES = [
  ['copy', 'command'],
  ['register-copy', 'register-command'],
] as const

/** The page: what is shown now, so that it can be shown again in another language. */
class Page {
  readonly #connection: Connection
  readonly #messages = new Flow(byId('message-flow'), MESSAGE_TERMS)
  readonly #points = new Flow(byId('point-flow'), POINT_TERMS)
  readonly #networking = new NetworkingFigure()
  readonly #messageSpark = new Sparkline(byId('message-spark'))
  readonly #pointSpark = new Sparkline(byId('point-spark'))
  readonly #tree: Tree
  readonly #who: Who
  #state: ConnectionState = 'connecting'
  #ageSeconds = 0
  #counts: CountsState | undefined
  #letters: { data: DeadLettersState; arrived: DeadLettered } | undefined

  constructor(connection: Connection, who: Who) {
    this.#connection = connection
    this.#who = who
    this.#tree = new Tree(byId('tree'), connection, notify)
  }

  start(): void {
    byId('language').addEventListener('click', () => {
      switchLanguage()
      this.#render()
    })
    for (const [button, command] of COPIES) {
      byId(button).addEventListener('click', () => void copyCommand(button, command))
      byId(button).hidden = navigator.clipboard === undefined
    }
    this.#subscribeCounts()
    this.#subscribeLetters()
    setInterval(() => {
      this.#pushRates()
      this.#tree.age()
    }, 1000)
    this.#render()
  }

  onHello({ gatewayId, publish }: Hello): void {
    write(byId('gateway'), gatewayId)
    writeCommand(byId('command'), publishCommand(publish, location.hostname))
    notify('')
  }

  onState(state: ConnectionState, ageSeconds: number): void {
    this.#state = state
    this.#ageSeconds = ageSeconds
    showStatus(state, ageSeconds)
  }

  #subscribeCounts(): void {
    this.#connection.subscribe(
      { topic: 'counts', scope: '', intervalMs: 1000, depth: 1 },
      ({ topic, data }) => {
        if (topic !== 'counts') return
        this.#counts = data
        this.#renderCounts(data)
      },
      again(() => this.#subscribeCounts()),
    )
  }

  #subscribeLetters(): void {
    this.#connection.subscribe(
      { topic: 'deadLetters', scope: '', intervalMs: 2000 },
      (frame) => {
        if (frame.topic !== 'deadLetters') return
        this.#letters = frame
        showLetters(frame.data, frame.arrived)
      },
      again(() => this.#subscribeLetters()),
    )
  }

  #render(): void {
    translatePage()
    this.#who.render()
    showStatus(this.#state, this.#ageSeconds)
    if (this.#counts !== undefined) this.#renderCounts(this.#counts)
    if (this.#letters !== undefined) showLetters(this.#letters.data, this.#letters.arrived)
    this.#renderPeaks()
    this.#tree.render()
  }

  #renderCounts(counts: CountsState): void {
    const { messages: m, points: p, rates, networking, sinks } = counts
    byId('empty').hidden = m.received > 0
    document.title = `${rate(rates.messagesReceived)}${text('perSecond')} · Linegate`
    write(byId('message-rate'), rate(rates.messagesReceived))
    write(byId('point-rate'), rate(rates.pointsStored))
    this.#networking.show(networking)
    this.#messages.show([m.received, m.decoded, m.ignored, m.deadLettered, m.refused])
    this.#points.show([p.decoded, p.stored, p.pending, p.filtered, p.deadLettered])
    this.#tree.showTop(counts)
    showSinks(byId('sinks'), sinks)
  }

  /** A rate without a connection is not zero but unknown: the line has a gap there. */
  #pushRates(): void {
    const rates = this.#state === 'live' ? this.#counts?.rates : undefined
    this.#messageSpark.push(rates?.messagesReceived)
    this.#pointSpark.push(rates?.pointsStored)
    this.#renderPeaks()
  }

  #renderPeaks(): void {
    write(byId('message-peak'), text('lastTwoMinutes', { peak: rate(this.#messageSpark.peak) }))
    write(byId('point-peak'), text('lastTwoMinutes', { peak: rate(this.#pointSpark.peak) }))
  }
}

function again(subscribe: () => void): (message: string) => void {
  return (message) => {
    notify(message)
    setTimeout(subscribe, SUBSCRIBE_AGAIN_MS)
  }
}

function notify(message: string): void {
  write(byId('notice'), message)
  byId('notice').hidden = message === ''
}

async function copyCommand(button: string, command: string): Promise<void> {
  await navigator.clipboard.writeText(byId(command).textContent ?? '')
  write(byId(button), text('copied'))
  setTimeout(() => write(byId(button), text('copy')), 2000)
}

function openConsole(session: Session | undefined): void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const who = new Who(session)
  const connection: Connection = new Connection(`${scheme}://${location.host}/live`, {
    onHello: (hello) => page.onHello(hello),
    onState: (state, ageSeconds) => page.onState(state, ageSeconds),
    onGone: () => void who.check(),
  })
  const page = new Page(connection, who)
  byId('console').hidden = false
  who.start()
  page.start()
  connection.start()
}

startLanguage()
const session = await askSession()
preferLanguage(session?.language ?? '')
if (session?.signInRequired && !session.signedIn) new SignInForm(session).show()
else openConsole(session)
