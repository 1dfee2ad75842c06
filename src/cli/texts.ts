import { zh } from './texts-zh.js'

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

const program = {
  description:
    'Industrial telemetry gateway: MQTT in, on disk before the acknowledgement, InfluxDB or an embedded store, counts that add up.',
  usage: 'Usage:',
  options: 'Options:',
  globalOptions: 'Global options:',
  commands: 'Commands:',
  arguments: 'Arguments:',
  examples: 'Examples:',
  defaultValue: 'default',
  environment: 'env',
  help: 'show this help',
  helpCommand: 'show the help of a command',
  version: 'show the version',
  lang: 'language of what is shown: en or zh (default: by LC_ALL, LANG)',
}

const commands = {
  run: 'run the gateway until it is stopped',
  check: 'check a configuration, and show the one in force or every violation',
  simulate: 'let virtual equipment publish',
  tail: 'follow the live stream of a running gateway',
  ledger: 'show the counts of a running gateway, per device and in total',
  deadLetters: 'look at what could not be decoded or stored',
  deadLettersList: 'list dead letters, the newest first',
  deadLettersShow: 'show all of one dead letter',
  spool: 'show what waits on the disk of a running gateway, and how far each sink is',
  resolve: 'show what an identifier (Handle, OID, DID) stands for',
  demo: 'run a gateway with a simulated factory and an embedded store',
  devices: 'see, register and confirm the devices of a running gateway',
  devicesList: 'list devices',
  devicesShow: 'show all of one device',
  devicesImport: 'register the devices of a table, YAML or CSV; all of them or, with a mistake in it, none',
  devicesExport: 'write all devices as a table that can be imported',
  devicesConfirm: 'confirm devices that were discovered',
  devicesReject: 'reject devices: their messages are refused',
  devicesRemove: 'remove devices; one that speaks again is discovered anew',
  fleet: 'look into a fleet of virtual equipment',
  fleetRegistry: 'write the devices of a fleet as a table that can be imported',
}

const options = {
  config: 'configuration file (default: the shipped config/gateway.yaml)',
  url: 'address of the gateway',
  json: 'as JSON, for programs',
  fleet: 'fleet file, YAML (default: the shipped config/fleets/demo.yaml)',
  broker: 'address of the MQTT broker',
  speed: 'times as fast as real time',
  devices: 'number of devices (default: those of the fleet)',
  duration: 'stop after this time, such as 60s or 5m (default: run until stopped)',
  qos: 'quality of service of the messages: 0, 1 or 2',
  connections: 'MQTT connections that the devices share (default: one each)',
  scope: 'path in the tree site/area/line/device; empty for all',
  topic: 'what to follow: counts, values, deadLetters or presence',
  interval: 'time between updates, such as 500ms or 5s',
  device: 'only this device, by name or path',
  reason: 'only letters with this reason code',
  letterTopic: 'only letters of this MQTT topic',
  limit: 'letters at the most',
  letterId: 'id, as in the list',
  identifier: 'identifier, such as 88.608.8889/87654321',
  valueType: 'only values of this type; with a period at its end, of all types below it (repeatable)',
  valueIndex: 'only the value of this index (repeatable)',
  identifierToken: 'token of identifiers.tokens, to see private values too',
  deviceId: 'id of the device',
  deviceIds: 'ids of the devices',
  table: 'file with the table, or - for standard input',
  tableFormat: 'yaml or csv',
  tableFormatOfFile: 'yaml or csv (default: by the ending of the file, else yaml)',
  dryRun: 'only say what would change',
  status: 'only devices that are confirmed, discovered or rejected',
  discovered: 'all devices that are discovered',
  discoveredScope: 'of the discovered ones, those at or below this place',
  text: 'only devices with this text in their id, names, place, model, vendor, identifier or labels',
  label: 'only devices with this label, as name or name=value',
  sort: 'id, name, path, updatedAt or lastReceived; -id for descending (default: order of arrival)',
  deviceLimit: 'devices at the most',
}

const badArgument = {
  duration: 'Write a number and a unit: 500ms, 60s, 5m or 1h.',
  positiveInteger: 'Give a whole number of at least 1.',
  positiveNumber: 'Give a number above 0.',
  qos: 'The quality of service is 0, 1 or 2.',
  httpUrl: 'Give an address such as http://127.0.0.1:8080.',
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
  encodings: { utf8: 'text', base64: 'bytes, as base64' },
}

/** What the commands say, in English; the other languages have the same shape. */
export const en = {
  language: 'en' as Language,
  program,
  commands,
  options,
  badArgument,
  ledger,
  deadLetters,
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
