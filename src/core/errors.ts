interface ErrorRow {
  /** What happened; `{name}` is replaced by the detail of that name. */
  readonly message: string
  /** What to do next. */
  readonly action: string
  /** Exit code of the command line, HTTP status of the API, where they apply. */
  readonly exitCode?: number
  readonly httpStatus?: number
}

/** Every error that the gateway raises on purpose: a stable code, what happened, what to do. See docs/errors.md. */
export const ERRORS = {
  LG_CONFIG_INVALID: {
    message: '{file} has {count} violation(s):\n{violations}',
    action: 'Correct the keys listed; docs/configuration.md describes each.',
    exitCode: 2,
  },
  LG_CONFIG_UNREADABLE: {
    message: 'Cannot read the configuration {file}: {cause}',
    action: 'Check the path and its permissions, or leave --config out to use the defaults.',
    exitCode: 2,
  },
  LG_FLEET_INVALID: {
    message: '{file} has {count} violation(s):\n{violations}',
    action: 'Correct the keys listed; docs/simulators.md describes each.',
    exitCode: 2,
  },
  LG_FLEET_UNREADABLE: {
    message: 'Cannot read the fleet {file}: {cause}',
    action: 'Check the path and its permissions, or leave --fleet out to use the fleet of the demo.',
    exitCode: 2,
  },
  LG_BROKER_UNREACHABLE: {
    message: 'Cannot connect to the broker {url}: {cause}',
    action: 'Start it (for the gateway: "linegate run"), or give its address and credentials in --broker.',
    exitCode: 1,
  },
  LG_MQTT_ANONYMOUS_EXPOSED: {
    message:
      'The MQTT listener on {host}:{port} would let anyone on that network publish without signing in.',
    action: 'Bind it to 127.0.0.1, or set mqtt.allowAnonymousFromNetwork: true if that network is trusted.',
    exitCode: 2,
  },
  LG_MQTT_PACKET_TOO_LARGE: {
    message: 'A packet of {bytes} bytes is larger than the limit of {limit}.',
    action: 'Send smaller packets, or raise mqtt.maxPacketBytes.',
  },
  LG_MQTT_PACKET_MALFORMED: {
    message: 'A packet is malformed: {cause}.',
    action: 'Check the client: it does not speak MQTT 3.1 or 3.1.1 as specified.',
  },
  LG_MQTT_TOPIC_REFUSED: {
    message: 'The topic {topic} cannot be published to: {cause}.',
    action: 'Publish to another topic.',
  },
  LG_MQTT_VERSION_REFUSED: {
    message: 'A client speaks MQTT {version}, which is not supported.',
    action: 'Set the client to MQTT 3.1.1 (protocol level 4).',
  },
  LG_MQTT_CLIENT_ID_REFUSED: {
    message: 'The client id {clientId} is refused: {cause}.',
    action: 'Give each client an id of its own; MQTT 3.1 allows 1 to 23 characters.',
  },
  LG_MQTT_WILL_REFUSED: {
    message: 'The will of client {clientId} is refused: {cause}.',
    action: 'Give the will a topic without wildcards and QoS 0, 1 or 2.',
  },
  LG_MQTT_SUBSCRIBER_SLOW: {
    message: 'A subscriber left {bytes} bytes unread, more than the limit of {limit}.',
    action: 'Subscribe to fewer topics, or give the subscriber a faster connection.',
  },
  LG_MQTT_QUEUE_FULL: {
    message: 'The queue of client {clientId} is full; its oldest messages are dropped.',
    action: 'Reconnect the client, or end its session by connecting once with clean session.',
  },
  LG_TLS_UNUSABLE: {
    message: 'The certificate of the {protocol} listener on {host}:{port} cannot be used: {cause}',
    action: 'Check the paths and the contents of certFile, keyFile and caFile of that listener.',
    exitCode: 2,
  },
  LG_LISTEN_FAILED: {
    message: 'Cannot listen on {host}:{port}: {cause}',
    action: 'Stop the program that uses the port, or choose another in the configuration.',
    exitCode: 1,
  },
  LG_DATA_DIRECTORY_LOCKED: {
    message: 'The data directory {directory} is in use by another gateway (process {pid}).',
    action: 'Stop that process, or give this gateway its own gateway.dataDirectory.',
    exitCode: 1,
  },
  LG_STATE_QUARANTINED: {
    message: 'The state in {directory} cannot be used ({cause}); it was set aside as {quarantine}.',
    action: 'The gateway goes on with an empty state. Keep the directory: what it held can be looked into.',
  },
  LG_BLOCK_DAMAGED: {
    message: 'Block {sequence} of the spool is damaged ({cause}); its bytes were set aside as {quarantine}.',
    action: 'Check the disk. The points of this block are counted as dead letters.',
  },
  LG_SPOOL_FULL: {
    message: 'The spool holds {bytes} bytes, its limit; acknowledgements wait until the sinks take more.',
    action: 'Bring the sink back, or raise spool.maxBytes.',
  },
  LG_DISK_WRITE_FAILED: {
    message: 'Cannot write to the disk: {cause}. Acknowledgements wait; the write is tried again.',
    action: 'Free space on the disk of gateway.dataDirectory, or check the disk.',
  },
  LG_SINK_UNAVAILABLE: {
    message: 'Sink {sink} does not take points: {cause}. Nothing is lost; the gateway tries again.',
    action: 'Check that the store runs and that its address and credentials are right.',
  },
  LG_DEVICE_UNKNOWN: {
    message: 'No device {device} has been seen.',
    action: 'GET /api/v1/ledger lists the devices; give the name or the path site/area/line/device.',
    httpStatus: 404,
  },
  LG_DEVICE_AMBIGUOUS: {
    message: 'More than one device is called {device}: {paths}.',
    action: 'Give the path of the one that is meant.',
    httpStatus: 400,
  },
  LG_REQUEST_INVALID: {
    message: 'The request is not valid: {cause}',
    action: 'Correct the parameter named; docs/api.md describes each.',
    httpStatus: 400,
  },
  LG_NOT_FOUND: {
    message: 'There is nothing at {path}.',
    action: 'docs/api.md lists the addresses.',
    httpStatus: 404,
  },
  LG_METHOD_NOT_ALLOWED: {
    message: '{path} does not take {method}.',
    action: 'Use one of {allowed}.',
    httpStatus: 405,
  },
  LG_REQUEST_TIMEOUT: {
    message: 'The request did not arrive whole within its time.',
    action: 'Send it again.',
    httpStatus: 408,
  },
  LG_REQUEST_TOO_LARGE: {
    message: 'The body is larger than {limit} bytes, the limit.',
    action: 'Send it in parts.',
    httpStatus: 413,
  },
  LG_MEDIA_TYPE_UNSUPPORTED: {
    message: 'The body is of a type that is not understood: {type}',
    action: 'Send application/json.',
    httpStatus: 415,
  },
  LG_HOST_REFUSED: {
    message: 'Requests for the host {host} are not answered here.',
    action: 'Use localhost or 127.0.0.1; a gateway that is to have another name must be told so.',
    httpStatus: 421,
  },
  LG_UPGRADE_REQUIRED: {
    message: '{path} is for WebSockets.',
    action: 'Connect with a WebSocket client.',
    httpStatus: 426,
  },
  LG_HEADERS_TOO_LARGE: {
    message: 'The headers of the request are too large.',
    action: 'Send fewer or shorter headers.',
    httpStatus: 431,
  },
  LG_ORIGIN_REFUSED: {
    message: 'Pages of {origin} may not connect to this gateway.',
    action: 'Open the page that the gateway serves, or add the origin to live.allowedOrigins.',
    httpStatus: 403,
  },
  LG_DEAD_LETTER_UNKNOWN: {
    message: 'There is no dead letter {id}.',
    action: 'GET /api/v1/dead-letters lists them.',
    httpStatus: 404,
  },
  LG_REQUEST_TOOK_TOO_LONG: {
    message: 'The answer was not ready within {limitMs} ms.',
    action: 'Ask for a shorter time, or fewer rows.',
    httpStatus: 503,
  },
  LG_INTERNAL: {
    message: 'The gateway failed to answer; its log says why.',
    action: 'Report it with the lines of the log.',
    httpStatus: 500,
  },
  LG_HISTORY_UNAVAILABLE: {
    message: 'Sink {sink} cannot answer history: {cause}',
    action: 'Check that the store runs; the points themselves are safe.',
    httpStatus: 503,
  },
  LG_GATEWAY_UNREACHABLE: {
    message: 'No gateway answers at {url}: {cause}',
    action: 'Start it with "linegate run", or give its address with --url.',
    exitCode: 1,
  },
  LG_LIVE_FRAME_INVALID: {
    message: 'The frame is not valid: {cause}',
    action: 'docs/live-protocol.md shows every frame.',
  },
  LG_LIVE_SUBSCRIPTION_EXISTS: {
    message: 'There is a subscription {id} on this connection already.',
    action: 'Unsubscribe it first, or choose another id.',
  },
  LG_LIVE_SUBSCRIPTION_UNKNOWN: {
    message: 'There is no subscription {id} on this connection.',
    action: 'Use the id of the subscribe frame.',
  },
  LG_LIVE_SUBSCRIPTIONS_EXCEEDED: {
    message: 'This connection has {count} subscriptions, the limit.',
    action: 'Unsubscribe what is no longer shown, or open another connection.',
  },
  LG_LIVE_FEED_FAILED: {
    message: 'The live stream of {topic} {scope} ended: {cause}',
    action: 'Subscribe again; look into the disk of gateway.dataDirectory if it repeats.',
  },
  LG_LIVE_ORIGIN_REFUSED: {
    message: 'Pages of {origin} may not read the live streams.',
    action: 'Open the page that the gateway serves, or add the origin to live.allowedOrigins.',
    httpStatus: 403,
  },
  LG_LIVE_CLOSING: {
    message: 'The gateway is stopping.',
    action: 'Connect again when it runs.',
    httpStatus: 503,
  },
  LG_LIVE_CONNECTIONS_EXCEEDED: {
    message: 'There are {count} live connections, the limit.',
    action: 'Close some, or raise live.maxConnections.',
    httpStatus: 503,
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

/** An error out of the table. `message` carries the details; `action` says what to do next. */
export class GatewayError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, details: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(fill(ERRORS[code].message, details), options)
    this.name = 'GatewayError'
    this.code = code
    this.details = details
  }

  get row(): ErrorRow {
    return ERRORS[this.code]
  }

  get action(): string {
    return fill(this.row.action, this.details)
  }
}

/** What went wrong, in the words of whatever was thrown. */
export function causeOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

function fill(template: string, details: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  )
}
