import { audit } from './texts-audit.js'
import { credentialCommands, credentialOptions, credentials } from './texts-credentials.js'
import { commands, options, program } from './texts-help.js'
import { people } from './texts-people.js'
import { zh } from './texts-zh.js'

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

const badArgument = {
  duration: 'Write a number and a unit: 500ms, 60s, 5m or 1h.',
  positiveInteger: 'Give a whole number of at least 1.',
  positiveNumber: 'Give a number above 0.',
  qos: 'The quality of service is 0, 1 or 2.',
  httpUrl: 'Give an address such as http://127.0.0.1:8080.',
  time: 'Give a time before now such as 2h or 30d, or RFC 3339 such as 2026-01-31T08:00:00Z.',
}

const tryWords = {
  route: 'route',
  noRoute: 'No route matches this topic: ordinary MQTT traffic.',
  noPoints: 'No points; what the message says is remembered.',
  failed: 'error',
  filtered: 'left out',
  deadLettered: 'dead-lettered',
  deviceTime: 'time of the device',
  arrivalTime: 'time of arrival',
  summary: (messages: string, failed: string, unrouted: string, stored: string, points: string) =>
    `${messages} messages: ${failed} could not be read, ${unrouted} without a route; ${stored} of ${points} points would be stored.`,
}

const capture = {
  done: (messages: string, file: string) => `${messages} messages captured in ${file}.`,
}

const reload = {
  nothing: 'Nothing has changed.',
  applied: 'In force from the next message on:',
  would: 'Would be in force from the next message on:',
  needRestart: 'Takes effect only when the gateway is started again:',
  trial: (messages: string, changed: string) =>
    `Of the newest ${messages} messages, ${changed} would become something else:`,
}

const ledger = {
  all: '(all)',
  noDevice: '(no device)',
  removed: '(removed device)',
  device: 'device',
  received: 'received',
  decoded: 'decoded',
  ignored: 'ignored',
  deadLettered: 'dead-lettered',
  refused: 'refused',
  points: 'points',
  stored: 'stored',
  filtered: 'filtered',
  pending: 'pending',
  reason: 'reason',
  count: 'count',
  meaning: 'what it means',
}

const deadLetters = {
  none: 'No dead letters.',
  more: (shown: string) => `The newest ${shown} are shown; --limit shows more.`,
  id: 'id',
  time: 'time',
  source: 'device or topic',
  device: 'device',
  topic: 'topic',
  client: 'client',
  sink: 'sink',
  reason: 'reason',
  message: 'message',
  kind: 'kind',
  kinds: { message: 'message that could not be decoded', line: 'point that could not be stored' },
  payload: 'payload',
  encodings: { utf8: 'text', base64: 'bytes, in hexadecimal' },
  size: 'size',
  replayed: (count: string) => `replayed ${count}`,
  refusedAgain: (count: string, code: string) => `refused again ${count} (${code})`,
  unroutable: (count: string) => `no route takes their topic ${count}`,
  skipped: (count: string) => `nothing to replay, or gone ${count}`,
  replaying: (done: string) => `${done} letters so far`,
  dryRun: 'Nothing was changed; this is what would be:',
  outcome: 'outcome',
  outcomes: {
    replayed: 'would be replayed',
    refused: 'would be refused again',
    unroutable: 'no route takes its topic',
    skipped: 'nothing to replay',
    untried: 'a point, which only a replay can judge',
  },
  points: 'points',
  selectSomething: 'Name letters by their ids, or give options that select them, or --all.',
  idsAndFilter: 'Give either ids or options that select letters.',
  purgeWhat: 'Give options that select what to purge, such as --reason or --to.',
  purgeAsk: (count: string, size: string) => `Purge ${count} letters (${size}) for good? [y/N] `,
  purgeYes: 'y',
  purgeUnasked: 'Nothing was purged: answer on a terminal, or give --yes.',
  purgeKept: 'Nothing was purged.',
  purged: (count: string, size: string) => `${count} letters purged (${size})`,
  wouldPurge: (count: string, size: string) => `${count} letters (${size}) would be purged`,
  title: 'dead letters',
  count: 'letters',
  onDisk: 'on disk',
  oldest: 'oldest',
  newest: 'newest',
  held: 'waiting for a birth or a name',
  removed: 'removed, as it had to be',
  removedBy: {
    byAge: 'too old',
    byBytes: 'too many bytes',
    byHeldBytes: 'too many bytes waiting',
    byHeldPerDevice: 'too many waiting of a device',
  },
  purgedCount: 'purged by operators',
  lettersAndBytes: (count: string, size: string) => `${count} (${size})`,
}

/** What the commands say, in English; the other languages have the same shape. */
export const en = {
  language: 'en' as Language,
  program,
  commands,
  options,
  badArgument,
  capture,
  try: tryWords,
  reload,
  ledger,
  deadLetters,
  people,
  credentialCommands,
  credentialOptions,
  credentials,
  audit,
  sink: {
    name: 'sink (* primary)',
    type: 'type',
    state: 'state',
    states: { ok: 'ok', retrying: 'retrying' },
    lag: 'lag',
    lastError: 'last error',
  },
  spool: {
    title: 'spool',
    id: 'id',
    state: 'state',
    states: {
      ok: 'ok',
      full: 'full, acknowledgements wait',
      failing: 'the disk takes nothing, acknowledgements wait',
    },
    blocks: 'blocks',
    sequences: 'sequences',
    size: 'size on disk',
    unflushed: 'on the way to the disk',
    pending: 'points pending',
  },
  resolve: {
    index: 'index',
    type: 'type',
    value: 'value',
    ttl: 'ttl',
    timestamp: 'changed',
    failed: (responseCode: number) => `Response code ${responseCode}.`,
  },
  devices: {
    none: 'No devices.',
    more: (shown: string) => `The first ${shown} are shown; --limit shows more.`,
    id: 'id',
    status: 'status',
    statuses: { confirmed: 'confirmed', discovered: 'discovered', rejected: 'rejected' },
    presence: 'presence',
    presences: { unknown: 'unknown', online: 'online', stale: 'stale', offline: 'offline' },
    presenceReason: 'why',
    lastReceived: 'last received',
    name: 'name',
    path: 'place',
    addresses: 'addresses',
    model: 'model',
    vendor: 'vendor',
    sector: 'sector (GB/T 4754)',
    interval: 'expected every',
    survival: 'survives silence of',
    identifier: 'identifier',
    labels: 'labels',
    source: 'source',
    sources: { file: 'file', api: 'API', contact: 'first contact' },
    revision: 'revision',
    createdAt: 'created',
    updatedAt: 'changed',
    imported: (created: string, changed: string, unchanged: string) =>
      `${created} created, ${changed} changed, ${unchanged} unchanged`,
    dryRun: 'Nothing was changed; this is what would be:',
    done: { confirm: 'confirmed', reject: 'rejected', remove: 'removed' },
    nothingNamed: 'Name devices by their ids, or give --discovered.',
  },
  action: 'What to do:',
  unexpected: 'This should not happen; please report it:',
  interrupted: 'Stopped.',
  check: {
    ok: (file: string) => `ok: ${file}`,
    invalid: (file: string, violations: number) =>
      `${file} has ${violations === 1 ? 'one violation' : `${violations} violations`}:`,
    action: 'docs/configuration.md describes each key.',
  },
  run: {
    ready: (id: string, mqtt: string, http: string) =>
      `Gateway ${id} is ready.  MQTT: ${mqtt}  HTTP: ${http}`,
    closing: 'Stopping: what was accepted is being settled. Signal again to stop at once.',
    closed: 'Stopped cleanly.',
    closeLate:
      'Not everything ended in 5 s. What was acknowledged is on disk, and goes on at the next start.',
  },
  tail: {
    devices: (active: string, seen: string) => `devices ${active} of ${seen} active`,
    presence: {
      fresh: (fresh: string, registered: string) => `online ${fresh} of ${registered}`,
      connected: 'connected',
      stale: 'stale',
      offline: 'offline',
      unknown: 'unknown',
    },
    lost: (cause: string) => `The connection was lost (${cause}); trying again.`,
    back: 'Connected again.',
  },
  simulate: {
    progress: (seconds: string, sent: string, acknowledged: string) =>
      `${seconds}: ${sent} messages sent, ${acknowledged} acknowledged`,
    connecting: (connected: string, connections: string) => `connecting: ${connected} of ${connections}`,
  },
  demo: {
    starting: 'Starting a gateway and a simulated factory …',
    open: 'Open',
    publish: 'Publish to',
    try: 'For example',
    log: 'Log',
    stop: 'Ctrl-C stops it.',
    count: 'count',
    perSecond: 'per second',
    messages: 'messages',
    points: 'points',
    devices: (active: string, seen: string) => `devices  ${active} active of ${seen} seen`,
    sink: (name: string, state: string, pending: string, lag: string) =>
      `sink ${name}  ${state}  ${pending} pending  lag ${lag}`,
    stopping: 'Stopping: the factory falls silent, then what is pending is stored …',
    final: 'The ledger at the end:',
    balanced: 'It balances: every message and every point is accounted for.',
    unbalanced: 'It does NOT balance; please report it.',
    pending: (points: string) =>
      `${points} points are still pending: they are on disk and stored at the next start.`,
  },
}

export type Texts = typeof en

const CATALOGUE: Readonly<Record<Language, Texts>> = { en, zh }

export function textsIn(language: Language): Texts {
  return CATALOGUE[language]
}

/**
 * The language of the operator: `--lang` wherever it stands (help needs it before the arguments are parsed), else
 * that of the locale; English for any other.
 */
export function languageOf(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  const at = argv.indexOf('--lang')
  const given = at < 0 ? argv.find((argument) => argument.startsWith('--lang='))?.slice(7) : argv[at + 1]
  const wanted = given ?? (environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '')
  return LANGUAGES.find((language) => wanted.toLowerCase().startsWith(language)) ?? 'en'
}
