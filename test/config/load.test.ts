import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { type LoadOptions, loadConfig } from '../../src/config/load.js'
import type { GatewayConfig } from '../../src/config/schema.js'
import { ConfigInvalidError } from '../../src/config/validate.js'
import { GatewayError } from '../../src/core/errors.js'

const directory = mkdtempSync(join(tmpdir(), 'linegate-config-'))
after(() => rmSync(directory, { recursive: true }))
const file = join(directory, 'gateway.yaml')

function load(yaml: string, options: LoadOptions = {}): GatewayConfig {
  writeFileSync(file, yaml)
  return loadConfig(file, { environment: {}, ...options })
}

function invalid(yaml: string, options: LoadOptions = {}): ConfigInvalidError {
  try {
    load(yaml, options)
  } catch (error) {
    assert.ok(error instanceof ConfigInvalidError, String(error))
    return error
  }
  return assert.fail('the configuration was taken')
}

/** `path: message` of each violation, in the order reported. */
function violations(yaml: string, options: LoadOptions = {}): string[] {
  return invalid(yaml, options).violations.map(({ path, message }) => `${path}: ${message}`)
}

const INFLUX = '{ name: a, type: influxdb, version: 1, url: "http://127.0.0.1:8086", database: factory }'

describe('a configuration file', () => {
  test('that is empty gives the defaults', () => {
    const config = load('')
    assert.equal(config.http.port, 8080)
    assert.equal(config.spool.flushIntervalMs, 2)
    const listener = { protocol: 'mqtt', host: '127.0.0.1', port: 1883, authentication: ['none'] }
    assert.deepEqual(config.mqtt.listeners, [listener])
  })

  test('whose section has all its keys commented out takes the defaults of the section', () => {
    assert.equal(load('live:\n  # minIntervalMs: 5\n').live.minIntervalMs, 100)
  })

  test('that does not exist is unreadable', () => {
    assert.throws(
      () => loadConfig(join(directory, 'missing.yaml')),
      (error) => error instanceof GatewayError && error.code === 'LG_CONFIG_UNREADABLE',
    )
  })

  test('has its paths made absolute, each from its own start', () => {
    const config = load(
      `mqtt: { listeners: [ { protocol: mqtts, port: 1, tls: { certFile: certs/a.crt, keyFile: /b.key, caFile: c } } ] }`,
      { workingDirectory: '/srv/plant' },
    )
    assert.equal(config.gateway.dataDirectory, '/srv/plant/data')
    assert.deepEqual(config.sinks[0], {
      name: 'local',
      type: 'duckdb',
      file: '/srv/plant/data/store.duckdb',
      retentionDays: 30,
      maxBytes: 20 * 1024 ** 3,
    })
    const [listener] = config.mqtt.listeners
    assert.ok(listener !== undefined && 'tls' in listener)
    assert.deepEqual(listener.tls, {
      certFile: join(directory, 'certs/a.crt'),
      keyFile: '/b.key',
      caFile: join(directory, 'c'),
      minVersion: 'TLSv1.2',
    })
  })

  test('is frozen to its depths once loaded', () => {
    const config = load('')
    const frozen: unknown[] = [config, config.gateway, config.mqtt.listeners, config.mqtt.listeners[0]]
    frozen.push(config.routes[0]?.timestamp, config.sinks[0], config.live.allowedOrigins)
    for (const part of frozen) assert.ok(Object.isFrozen(part))
    assert.throws(() => Object.assign(config.http, { port: 1 }), TypeError)
  })

  test('with the fixed names of all sections is taken', () => {
    const config = load(`
gateway: { id: plant-1, dataDirectory: ./data }
mqtt: { listeners: [ { protocol: mqtt, host: 127.0.0.1, port: 1883 } ] }
http: { host: 127.0.0.1, port: 8080 }
routes: [ { topic: 'factory/{site}/{area}/{line}/{device}/telemetry', decoder: json, measurement: telemetry } ]
sinks: [ { name: influx, type: influxdb, version: 1, url: 'http://127.0.0.1:8086', database: factory }, { name: local, type: duckdb } ]
`)
    assert.deepEqual(
      config.sinks.map(({ name, type }) => `${name} ${type}`),
      ['influx influxdb', 'local duckdb'],
    )
  })
})

describe('all violations', () => {
  test('are reported at once, with key path, line and column, in the order of the file', () => {
    const error = invalid(`gateway:
  id: "a b"
http: { port: 99999 }
sinks:
  - { name: a, type: influxdb, version: 1, url: 'http://127.0.0.1' }
  - { name: a, type: duckdb }
loging: {}
mqtt:
  listeners:
    - { protocol: mqtt, port: 1883 }
    - { protocol: mqtt, host: 0.0.0.0, port: 1883 }
`)
    assert.equal(error.code, 'LG_CONFIG_INVALID')
    assert.equal(error.details.file, file)
    assert.equal(error.details.count, 6)
    assert.deepEqual(
      error.violations.map(({ path, line, column }) => ({ path, line, column })),
      [
        { path: 'gateway.id', line: 2, column: 3 },
        { path: 'http.port', line: 3, column: 9 },
        { path: 'sinks[0].database', line: 5, column: 5 },
        { path: 'sinks[1].name', line: 6, column: 7 },
        { path: 'loging', line: 7, column: 1 },
        { path: 'mqtt.listeners[1].port', line: 11, column: 40 },
      ],
    )
    for (const { path } of error.violations) assert.ok(error.message.includes(`${path}: `))
    assert.match(error.message, /sinks\[0\]\.database: is required for version 1 \(line 5, column 5\)/)
  })

  test('of the checks given name the entry as the file counts it, faulty entries before it included', () => {
    const check = ({ routes }: GatewayConfig) =>
      routes.map((_, at) => ({ path: `routes[${at}].measurement`, message: 'is checked' }))
    const listed = violations(
      `routes: [ { decoder: json }, { topic: a, decoder: json }, { topic: b/, decoder: nothing }, { topic: c, decoder: json } ]`,
      { checks: [check] },
    )
    assert.deepEqual(
      listed.filter((line) => line.includes('is checked')),
      ['routes[1].measurement: is checked', 'routes[3].measurement: is checked'],
    )
  })
})

/** What the file says, and the violations that it must give. */
const KINDS: readonly (readonly [name: string, yaml: string, expected: readonly string[]])[] = [
  ['a list in place of the sections', '[1]', [': must be a section of keys and values']],
  ['a section that is text', 'http: here', ['http: must be a section of keys and values']],
  [
    'an unknown key near a known one',
    'spool: { flushIntervallMs: 5 }',
    ['spool.flushIntervallMs: is not a known key; did you mean flushIntervalMs?'],
  ],
  [
    'an unknown key near nothing',
    'log: { colour: true }',
    ['log.colour: is not a known key; the keys are level, format'],
  ],
  ['text for a number', 'http: { port: eighty }', ['http.port: must be a whole number']],
  [
    'a fraction for a whole number',
    'spool: { flushIntervalMs: 2.5 }',
    ['spool.flushIntervalMs: must be a whole number'],
  ],
  ['a quoted number', 'http: { port: "8080" }', ['http.port: must be a whole number']],
  ['a number that is too small', 'live: { minIntervalMs: 1 }', ['live.minIntervalMs: must be at least 10']],
  ['a number that is too large', 'http: { port: 65536 }', ['http.port: must be at most 65535']],
  ['empty text', 'gateway: { dataDirectory: "" }', ['gateway.dataDirectory: must not be empty']],
  ['a key without a value', 'gateway: { id: }', ['gateway.id: is empty; give it text, or leave the key out']],
  [
    'a choice that does not exist',
    'spool: { whenFull: drop-oldes }',
    ['spool.whenFull: must be one of hold, drop-oldest; did you mean drop-oldest?'],
  ],
  ['an empty list of sinks', 'sinks: []', ['sinks: must have at least one entry']],
  [
    'a name with a space',
    'gateway: { id: plant 1 }',
    ['gateway.id: has characters or a form that is not allowed here; an example: plant-1'],
  ],
  ['a sink without a type', 'sinks: [ { name: a } ]', ['sinks[0].type: is required']],
  ['a sink without a name', 'sinks: [ { type: duckdb } ]', ['sinks[0].name: is required for type duckdb']],
  [
    'an unknown type of sink',
    'sinks: [ { name: a, type: influx } ]',
    ['sinks[0].type: must be one of influxdb, duckdb; did you mean influxdb?'],
  ],
  [
    'an InfluxDB sink without a version',
    'sinks: [ { name: a, type: influxdb, url: "http://x" } ]',
    ['sinks[0].version: is required'],
  ],
  [
    'version 2 without its keys',
    'sinks: [ { name: a, type: influxdb, version: 2, url: "http://x" } ]',
    [
      'sinks[0].bucket: is required for version 2',
      'sinks[0].org: is required for version 2',
      'sinks[0].token: is required for version 2',
    ],
  ],
  [
    'version 3 without a bucket',
    'sinks: [ { name: a, type: influxdb, version: 3, url: "http://x" } ]',
    ['sinks[0].bucket: is required for version 3'],
  ],
  [
    'a key of another version',
    'sinks: [ { name: a, type: influxdb, version: 3, url: "http://x", bucket: b, database: c } ]',
    [
      'sinks[0].database: is not a known key for version 3; the keys are name, type, url, timeoutMs, maxBatchBytes, maxInFlight, version, org, bucket, token',
    ],
  ],
  [
    'an address that is none',
    'sinks: [ { name: a, type: influxdb, version: 3, url: "127.0.0.1:8086", bucket: b } ]',
    ['sinks[0].url: must be an address such as http://127.0.0.1:8086'],
  ],
  [
    'an address with credentials',
    'sinks: [ { name: a, type: influxdb, version: 3, url: "http://me:pass@x", bucket: b } ]',
    ['sinks[0].url: must not contain a user or password; credentials have keys of their own'],
  ],
  [
    'a retention that InfluxDB does not understand',
    `sinks: [ { name: a, type: influxdb, version: 1, url: "http://x", database: d, retentionPolicy: { name: r, duration: 1 year } } ]`,
    ['sinks[0].retentionPolicy.duration: has characters or a form that is not allowed here; an example: 52w'],
  ],
  [
    'a password without a user',
    'sinks: [ { name: a, type: influxdb, version: 1, url: "http://x", database: d, password: p } ]',
    ['sinks[0].username: is required when there is a password'],
  ],
  [
    'two sinks of one name',
    `sinks: [ ${INFLUX}, { name: a, type: duckdb } ]`,
    ['sinks[1].name: is the same as that of sinks[0]'],
  ],
  [
    'two sinks of one name, one of them faulty',
    `sinks: [ ${INFLUX}, { name: a, type: duckdb, retentionDays: 0 } ]`,
    ['sinks[1].name: is the same as that of sinks[0]', 'sinks[1].retentionDays: must be at least 1'],
  ],
  [
    'two stores in one file',
    'sinks: [ { name: a, type: duckdb }, { name: b, type: duckdb } ]',
    ['sinks[1].file: is the file of sinks[0] too'],
  ],
  [
    'a listener with TLS that lacks it',
    'mqtt: { listeners: [ { protocol: wss, port: 1 } ] }',
    ['mqtt.listeners[0].tls: is required for a WebSocket listener with TLS'],
  ],
  [
    'a listener without TLS that has it',
    'mqtt: { listeners: [ { protocol: mqtt, port: 1, tls: { certFile: a, keyFile: b } } ] }',
    [
      'mqtt.listeners[0].tls: is not a known key for a listener without TLS; the keys are protocol, host, port, authentication',
    ],
  ],
  [
    'client certificates without an authority',
    'mqtt: { listeners: [ { protocol: mqtts, port: 1, authentication: [certificate], tls: { certFile: a, keyFile: b } } ] }',
    ['mqtt.listeners[0].tls.caFile: is required for client certificates'],
  ],
  [
    'client certificates without TLS',
    'mqtt: { listeners: [ { protocol: mqtt, port: 1, authentication: [certificate] } ] }',
    ['mqtt.listeners[0].authentication: certificate is for mqtts and wss'],
  ],
  [
    'no authentication beside another',
    'mqtt: { listeners: [ { protocol: mqtt, port: 1, authentication: [none, token] } ] }',
    ['mqtt.listeners[0].authentication: none stands alone'],
  ],
  [
    'two listeners on one port',
    'mqtt: { listeners: [ { protocol: mqtt, port: 1 }, { protocol: ws, port: 1 } ] }',
    ['mqtt.listeners[1].port: is also the port of mqtt.listeners[0] (1)'],
  ],
  [
    'a listener on the port of HTTP',
    'mqtt: { listeners: [ { protocol: mqtt, host: 0.0.0.0, port: 8080 } ] }',
    ['mqtt.listeners[0].port: is also the port of http (8080)'],
  ],
  [
    'a topic pattern with # before its end',
    'routes: [ { topic: a/#/b, decoder: json } ]',
    ['routes[0].topic: has # before its end; # is allowed as the last level only'],
  ],
  [
    'a topic pattern with a wildcard in a word',
    'routes: [ { topic: a/b+, decoder: json } ]',
    ['routes[0].topic: has the level "b+"; + and # stand alone between slashes'],
  ],
  [
    'a topic pattern with a name in a word',
    'routes: [ { topic: "a/line-{line}", decoder: json } ]',
    ['routes[0].topic: has the level "line-{line}"; a named level stands alone between slashes'],
  ],
  [
    'a topic pattern with an unknown name',
    'routes: [ { topic: "{machine}/x", decoder: json } ]',
    ['routes[0].topic: has the unknown level {machine}; the levels are {site}, {area}, {line}, {device}'],
  ],
  [
    'a topic pattern with a misspelt name',
    'routes: [ { topic: "{devise}/x", decoder: json } ]',
    ['routes[0].topic: has the unknown level {devise}; did you mean {device}?'],
  ],
  [
    'a topic pattern that names a level twice',
    'routes: [ { topic: "{site}/{site}", decoder: json } ]',
    ['routes[0].topic: names {site} more than once'],
  ],
  [
    'two routes of one pattern',
    'routes: [ { topic: a, decoder: json }, { topic: a, decoder: value } ]',
    ['routes[1].topic: is the same as that of routes[0]'],
  ],
  [
    'a field for a decoder that has fields of its own',
    'routes: [ { topic: a, decoder: json, field: b } ]',
    ['routes[0].field: is for the decoder value only; this route has json'],
  ],
  [
    'an unknown type of a field whose name has a dot',
    'routes: [ { topic: a, decoder: json, fieldTypes: { motor.temp: int } } ]',
    ['routes[0].fieldTypes["motor.temp"]: must be one of float, integer, boolean, string'],
  ],
  [
    'a block larger than what may wait for the disk',
    'spool: { blockBytes: 1048576, maxUnflushedBytes: 65536 }',
    ['spool.blockBytes: must not be larger than spool.maxUnflushedBytes'],
  ],
  [
    'an origin with a path',
    'live: { allowedOrigins: [ "https://a.example/x" ] }',
    ['live.allowedOrigins[0]: must be an origin such as https://console.example, without a path'],
  ],
  [
    'a key given twice',
    'http: { port: 1 }\nhttp: { port: 2 }',
    [': is not valid YAML: a key is given twice in one section'],
  ],
  ['a tab', 'http:\n\tport: 1', [': is not valid YAML: a tab is used for indentation; use spaces']],
  [
    'an alias without an anchor',
    'gateway: { id: *nothing }',
    [': is not valid YAML: an alias (*name) has no anchor (&name) above it'],
  ],
  [
    'a missing bracket',
    'gateway: { id: "a }',
    [': is not valid YAML: a character is missing, such as a space after ":" or a closing quote or bracket'],
  ],
]

describe('a violation is told in plain words:', () => {
  for (const [name, yaml, expected] of KINDS) {
    test(name, () => {
      assert.deepEqual(violations(yaml).sort(), [...expected].sort())
    })
  }
})

describe('variables of the environment', () => {
  const environment = { HOST: '10.0.0.7', PORT: '9000', DIGITS: '123456', ALLOW: 'true', EMPTY: '' }

  test('stand in texts, alone or among others', () => {
    const config = load(`gateway: { dataDirectory: "/srv/\${HOST}/\${PORT}" }`, { environment })
    assert.equal(config.gateway.dataDirectory, '/srv/10.0.0.7/9000')
  })

  test('become numbers and booleans where those are wanted, and nowhere else', () => {
    const config = load(
      `http: { port: "\${PORT}" }
mqtt: { allowAnonymousFromNetwork: "\${ALLOW}" }
sinks: [ { name: a, type: influxdb, version: "\${VERSION:-1}", url: "http://x", database: d, username: u, password: "\${DIGITS}" } ]`,
      { environment },
    )
    assert.equal(config.http.port, 9000)
    assert.equal(config.mqtt.allowAnonymousFromNetwork, true)
    const [sink] = config.sinks
    assert.ok(sink?.type === 'influxdb' && sink.version === 1)
    assert.equal(sink.password, '123456')
  })

  test('have a default for when they are missing or empty', () => {
    const yaml = `gateway: { id: "\${NAME:-plant-1}-\${EMPTY:-x}-\${HOST:-y}" }`
    assert.equal(load(yaml, { environment }).gateway.id, 'plant-1-x-10.0.0.7')
  })

  test('that are missing are violations, each with its key and name', () => {
    const yaml = `http: { host: "\${HTTP_HOST}", port: "\${HTTP_PORT}" }
sinks: [ { name: a, type: influxdb, version: 2, url: "http://x", org: o, bucket: b, token: "\${TOKEN}" } ]`
    assert.deepEqual(violations(yaml), [
      'http.host: needs the environment variable HTTP_HOST, which is not set',
      'http.port: needs the environment variable HTTP_PORT, which is not set',
      'sinks[0].token: needs the environment variable TOKEN, which is not set',
    ])
  })

  test('can be written as they are with a second $', () => {
    assert.equal(load(`gateway: { id: "$\${HOST}" }`, { environment }).gateway.id, `\${HOST}`)
  })

  test('that are not written correctly are violations', () => {
    assert.match(
      violations(`gateway: { id: "\${HO ST}" }`)[0] ?? '',
      /^gateway\.id: has a "\$\{" that names no/,
    )
    assert.match(
      violations(`gateway: { id: "\${HOST" }`)[0] ?? '',
      /^gateway\.id: has a "\$\{" that names no/,
    )
  })
})

test('no violation repeats the value of a secret', () => {
  const secret = 'hunter2'
  const files = [
    `sinks: [ { name: a, type: influxdb, version: 2, url: "http://x", token: [${secret}] } ]`,
    `sinks: [ { name: a, type: influxdb, version: 1, url: "http://u:${secret}@x", pasword: ${secret} } ]`,
    `sinks: [ { name: a, type: influxdb, token: *${secret} } ]`,
    `sinks: [ { name: a, type: influxdb, token: !${secret} x } ]`,
    `sinks:\n  - token: ${secret}: x: y\n`,
    `sinks: [ { token: "${secret} } ]`,
  ]
  for (const yaml of files) assert.ok(!invalid(yaml).message.includes(secret), yaml)
})
