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
    message: '{file} has {count} violation(s):\n{listed}',
    action: 'Correct the keys listed; docs/configuration.md describes each.',
    exitCode: 2,
    httpStatus: 422,
  },
  LG_CONFIG_UNREADABLE: {
    message: 'Cannot read the configuration {file}: {cause}',
    action: 'Check the path and its permissions, or leave --config out to use the defaults.',
    exitCode: 2,
    httpStatus: 422,
  },
  LG_CAPTURE_INVALID: {
    message: 'Line {line} of {file} is no captured message: {cause}.',
    action:
      'Record it again with "linegate capture", or correct the line; docs/try-and-reload.md has the format.',
    exitCode: 2,
  },
  LG_CAPTURE_UNREADABLE: {
    message: 'Cannot read {file}: {cause}',
    action: 'Check the path and its permissions.',
    exitCode: 2,
  },
  LG_CAPTURE_FAILED: {
    message: 'Cannot capture to {file}: {cause}',
    action: 'Check the path, its permissions and the space on its disk, and the topic filters.',
    exitCode: 1,
  },
  LG_TRY_INPUT_MISSING: {
    message: 'It is not told which message to try.',
    action: 'Give either --topic and --payload, or --capture.',
    exitCode: 2,
  },
  LG_RELOAD_UNAVAILABLE: {
    message: 'This gateway was given its configuration by a program, and has no file to read again.',
    action: 'Start it with "linegate run", or change the configuration in that program.',
    httpStatus: 409,
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
    message: 'MQTT on {host}:{port} would let anyone on that network publish without signing in.',
    action:
      'Give it an authentication other than none, bind it to 127.0.0.1, or set mqtt.allowAnonymousFromNetwork: true if that network is trusted.',
    exitCode: 2,
  },
  LG_HTTP_EXPOSED: {
    message: 'HTTP on {host}:{port} would let anyone on that network in, or passwords be read on their way.',
    action:
      'Set http.signIn: required, and http.tls or http.trustedProxies for the proxy that encrypts; or bind it to 127.0.0.1.',
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
  LG_MQTT_PUBLISH_REFUSED: {
    message: 'A client may not publish to {topic}.',
    action:
      'Allow the topic in the profile of its credential (mqtt.profiles), or correct what the client publishes to.',
  },
  LG_MQTT_LIMIT_REACHED: {
    message: 'A client reached mqtt.limits.{name}, which is {limit}.',
    action: 'Correct the client, or raise the limit.',
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
  LG_MQTT_CONNECT_REFUSED: {
    message: 'The client {clientId} at {address} is not let in: {cause}.',
    action: 'Check its credential, and what its listener accepts; docs/device-security.md describes both.',
  },
  LG_MQTT_TAKEOVER_REFUSED: {
    message:
      'The client id {clientId} belongs to a session of {owner}; {principal} at {address} does not get it.',
    action:
      'Give each client an id of its own. To move an id, revoke the credential of the old session first.',
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
    action: 'Check the paths and the contents of certFile, keyFile, caFile and crlFile of that listener.',
    exitCode: 2,
    httpStatus: 422,
  },
  LG_TLS_EXPIRING: {
    message: '{file}: {subject} {state}.',
    action: 'Put a new one in its place, and reload: connections stay. docs/tls.md has the commands.',
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
  LG_DEVICE_INVALID: {
    message: 'The device {id} is not valid: {cause}.',
    action: 'Correct the fields named; docs/devices.md describes each.',
    exitCode: 1,
    httpStatus: 400,
  },
  LG_DEVICES_INVALID: {
    message: '{count} of the devices are not valid, and none was changed: {cause}.',
    action: 'Correct the fields named; docs/devices.md describes each.',
    exitCode: 1,
    httpStatus: 400,
  },
  LG_DEVICE_ID_UNKNOWN: {
    message: 'No device has the id {id}.',
    action: 'GET /api/v1/devices lists the devices with their ids.',
    exitCode: 1,
    httpStatus: 404,
  },
  LG_DEVICE_ID_TAKEN: {
    message: 'There is a device with the id {id} already.',
    action: 'Choose another id, or change that device.',
    exitCode: 1,
    httpStatus: 409,
  },
  LG_DEVICE_PLACE_TAKEN: {
    message: 'The place {path} is that of the device {holder}.',
    action: 'Choose another place, or move or remove that device first.',
    exitCode: 1,
    httpStatus: 409,
  },
  LG_DEVICE_CHANGED: {
    message: 'The device {id} is at revision {revision}, and not at the one that the change was made for.',
    action: 'Read it again, and make the change again if it still applies.',
    exitCode: 1,
    httpStatus: 412,
  },
  LG_DEVICE_NOT_SAVED: {
    message: 'The change was not made, as it cannot be written to the disk: {cause}',
    action: 'Free space on the disk of gateway.dataDirectory, or check the disk; then make the change again.',
    exitCode: 1,
    httpStatus: 503,
  },
  LG_DEVICE_TABLE_INVALID: {
    message: 'The table of devices has {count} mistake(s), and nothing was changed:\n{listed}',
    action: 'Correct the rows listed; docs/devices.md describes each column and key.',
    exitCode: 2,
    httpStatus: 400,
  },
  LG_DEVICE_TABLE_UNREADABLE: {
    message: 'Cannot read {file}: {cause}',
    action: 'Give the path of a table of devices, or - for standard input.',
    exitCode: 2,
  },
  LG_DEVICE_AMBIGUOUS: {
    message: 'More than one device is called {device}: {paths}.',
    action: 'Give the path of the one that is meant.',
    httpStatus: 400,
  },
  LG_PLACE_OUT_OF_SCOPE: {
    message: '{path} is not within the part of the tree that you may change, {scope}.',
    action: 'Choose a place within it, or ask an administrator.',
    exitCode: 1,
    httpStatus: 403,
  },
  LG_PLACE_UNKNOWN: {
    message: 'There is no device at or below {path}.',
    action: 'GET /api/v1/tree?depth=4 shows the places; give a path of it.',
    httpStatus: 404,
  },
  LG_REQUEST_INVALID: {
    message: 'The request is not valid: {cause}',
    action: 'Correct the parameter named; docs/api.md describes each.',
    httpStatus: 400,
  },
  LG_SIGN_IN_REQUIRED: {
    message: 'This needs signing in: {cause}.',
    action: 'Sign in, or send "Authorization: Bearer <token>" with an API token that is still good.',
    exitCode: 1,
    httpStatus: 401,
  },
  LG_ACCESS_DENIED: {
    message: 'This is not for {actor}: it needs {needed}.',
    action: 'Ask an administrator for the role; docs/roles.md says which role may what.',
    exitCode: 1,
    httpStatus: 403,
  },
  LG_PROXY_REQUIRED: {
    message: 'Requests are taken from trusted proxies only, and {address} is none.',
    action: 'Go through the proxy, or add its address to http.trustedProxies.',
    httpStatus: 403,
  },
  LG_FAILURES_EXCEEDED: {
    message: 'Too many requests of this address were refused because of who asked.',
    action: 'Wait for {seconds} s, and send what signs you in.',
    httpStatus: 429,
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
    action: 'Send {allowed}.',
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
    action:
      'Open the page that the gateway serves. For WebSockets, live.allowedOrigins and mqtt.overHttp.allowedOrigins add others; behind a proxy, set http.publicUrl.',
    httpStatus: 403,
  },
  LG_DEAD_LETTER_UNKNOWN: {
    message: 'There is no dead letter {id}.',
    action: 'GET /api/v1/dead-letters lists them.',
    httpStatus: 404,
  },
  LG_DEAD_LETTERS_NOT_REMOVED: {
    message: 'The dead letters were not removed, as the disk does not take the change: {cause}',
    action: 'Free space on the disk of gateway.dataDirectory, or check the disk; then ask again.',
    httpStatus: 503,
  },
  LG_REPLAY_UNAVAILABLE: {
    message: 'This server replays no dead letters.',
    action: 'Ask the gateway that takes the messages in.',
    httpStatus: 503,
  },
  LG_HANDLE_INVALID: {
    message: '"{handle}" is not an identifier: it {cause}.',
    action: 'Write a Handle such as 88.608.8889/87654321, an OID or a DID, as in docs/identifiers.md.',
    exitCode: 1,
    httpStatus: 400,
  },
  LG_HANDLE_UNKNOWN: {
    message: 'Nothing is registered under {handle}.',
    action: 'Check the identifier; GET /api/v1/items lists what is registered here, beside the devices.',
    exitCode: 1,
    httpStatus: 404,
  },
  LG_HANDLE_VALUES_UNKNOWN: {
    message: 'The record of {handle} has no such values.',
    action: 'Ask without type and index to see all of them.',
  },
  LG_HANDLE_FOREIGN: {
    message: 'This gateway is not responsible for the prefix {prefix}, and does not know who is.',
    action: 'Ask its own resolver, or add it to identifiers.referrals.',
    httpStatus: 400,
  },
  LG_HANDLE_TAKEN: {
    message: 'The identifier {handle} stands for something else: {holder}.',
    action: 'Give each thing an identifier of its own, or remove the other one first.',
    httpStatus: 409,
  },
  LG_ITEM_INVALID: {
    message: 'The item {handle} cannot be registered: {cause}.',
    action: 'Correct the key named; docs/identifiers.md describes each.',
    httpStatus: 400,
  },
  LG_ITEM_CHANGED: {
    message: 'The item {handle} is not what the request says that it is: someone else changed it.',
    action: 'Read it again, and send your change with its new ETag.',
    httpStatus: 412,
  },
  LG_HANDLE_TOKEN_REQUIRED: {
    message: 'Private values are asked for.',
    action: 'Send "Authorization: Bearer <token>" with a token of identifiers.tokens.',
    httpStatus: 401,
  },
  LG_HANDLE_TOKEN_REFUSED: {
    message: 'The token is not one of this gateway.',
    action: 'Send a token of identifiers.tokens, or none to see what is public.',
    httpStatus: 403,
  },
  LG_REFERRAL_FAILED: {
    message: 'The resolver of the prefix {prefix} gives no answer: {cause}.',
    action: 'Try again; if it stays so, check its address in identifiers.referrals, and that it runs.',
    httpStatus: 502,
  },
  LG_REFERRAL_LOOP: {
    message: 'The gateways refer {handle} in a circle: {path}.',
    action: 'Correct identifiers.referrals of one of them: one must answer for the prefix.',
    httpStatus: 508,
  },
  LG_REFERRALS_BUSY: {
    message: 'Too many questions to other resolvers are under way.',
    action: 'Ask again in a moment.',
    httpStatus: 503,
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
  LG_SIGN_IN_FAILED: {
    message: 'The user name or the password is not right.',
    action: 'Try again. Who forgot the password has an administrator set a new one: docs/people.md.',
    httpStatus: 401,
  },
  LG_SIGN_IN_BLOCKED: {
    message: 'There were too many wrong passwords; the next one is looked at in {seconds} s.',
    action: 'Wait, then try again. "linegate users password" sets a new one on the machine of the gateway.',
    httpStatus: 429,
  },
  LG_SIGN_IN_OFF: {
    message: 'Nobody has to sign in here.',
    action: 'Set http.signIn to required to have people sign in.',
    httpStatus: 409,
  },
  LG_USER_INVALID: {
    message: 'This is not a valid user: {cause}.',
    action: 'Correct the fields named; docs/people.md describes each.',
    exitCode: 1,
    httpStatus: 400,
  },
  LG_USER_UNKNOWN: {
    message: 'There is no user {name}.',
    action: '"linegate users list" lists those that there are.',
    exitCode: 1,
    httpStatus: 404,
  },
  LG_USER_TAKEN: {
    message: 'There is a user {name} already.',
    action: 'Choose another name, or change that user.',
    exitCode: 1,
    httpStatus: 409,
  },
  LG_USER_OF_PROVIDER: {
    message: 'What {name} may comes from {issuer}.',
    action:
      'Change it there, or map it anew in security.oidc.roles. Here such a user can be disabled or removed.',
    exitCode: 1,
    httpStatus: 409,
  },
  LG_LAST_ADMINISTRATOR: {
    message: '{name} is the last administrator of the whole plant who has a password.',
    action: 'Make another one first: "linegate users add NAME --role admin".',
    exitCode: 1,
    httpStatus: 409,
  },
  LG_API_TOKEN_INVALID: {
    message: 'This is not a valid API token: {cause}.',
    action: 'Correct the fields named; docs/people.md describes each.',
    exitCode: 1,
    httpStatus: 400,
  },
  LG_API_TOKEN_UNKNOWN: {
    message: 'There is no API token {name}.',
    action: '"linegate tokens list" lists those that there are.',
    exitCode: 1,
    httpStatus: 404,
  },
  LG_API_TOKEN_TAKEN: {
    message: 'There is an API token {name} already.',
    action: 'Choose another name, or revoke that one first.',
    exitCode: 1,
    httpStatus: 409,
  },
  LG_PEOPLE_NOT_SAVED: {
    message: 'The change was not made, as it cannot be written to the disk: {cause}',
    action: 'Free space on the disk of gateway.dataDirectory, or check the disk; then make the change again.',
    exitCode: 1,
    httpStatus: 503,
  },
  LG_OIDC_OFF: {
    message: 'No OpenID provider is configured.',
    action: 'Sign in with a password, or configure security.oidc.',
    httpStatus: 404,
  },
  LG_OIDC_UNAVAILABLE: {
    message: 'The OpenID provider {issuer} cannot be asked.',
    action: 'Sign in with a password meanwhile; the log of the gateway has the cause.',
    httpStatus: 503,
  },
  LG_OIDC_REFUSED: {
    message: 'Signing in through the OpenID provider did not work: {cause}.',
    action: 'Begin again at the page of the gateway.',
    httpStatus: 403,
  },
  LG_OIDC_NO_ROLE: {
    message: 'The OpenID provider knows {name}, but none of the roles of this gateway is theirs.',
    action: 'Ask an administrator for one; security.oidc.roles says which values of the claim make one.',
    httpStatus: 403,
  },
  LG_OIDC_NAME_TAKEN: {
    message: 'The OpenID provider calls this person {name}, which is the name of another user here.',
    action: 'Ask an administrator to remove or rename one of the two.',
    httpStatus: 409,
  },
  LG_PASSWORD_MISSING: {
    message: 'No password was given: {cause}.',
    action: 'Type it at a terminal, or pipe it in with --password-stdin.',
    exitCode: 2,
  },
  LG_LOCAL_KEY_MISSING: {
    message: 'A gateway runs on {directory}, but its local.key there cannot be read.',
    action:
      'Run the command as the user that the gateway runs as, or give --url and an API token in LINEGATE_TOKEN.',
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
  LG_LIVE_SCOPE_REFUSED: {
    message: 'The scope "{scope}" is not within what this connection may see, "{within}".',
    action: 'Leave scope out to get all that you may see, or name a part of it.',
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
  LG_PASSWORDS_BUSY: {
    message: 'Too many passwords are being checked.',
    action: 'Try again in a moment. If it lasts: look in the audit trail for who is trying passwords.',
    exitCode: 1,
    httpStatus: 503,
  },
  LG_PASSWORD_HASH_UNREADABLE: {
    message: 'What is stored of a password cannot be read.',
    action: 'Set the password anew.',
    httpStatus: 500,
  },
  LG_CREDENTIAL_UNKNOWN: {
    message: 'There is no credential {name}.',
    action: '"linegate credentials list" lists those that there are.',
    exitCode: 1,
    httpStatus: 404,
  },
  LG_CREDENTIAL_INVALID: {
    message: 'The credential {name} is not valid: {cause}.',
    action: 'Correct the fields named; docs/device-security.md describes each.',
    exitCode: 1,
    httpStatus: 400,
  },
  LG_CREDENTIAL_NAME_TAKEN: {
    message: 'There is a credential {name} already.',
    action: 'Choose another name, or rotate, change or remove that one.',
    exitCode: 1,
    httpStatus: 409,
  },
  LG_CREDENTIAL_CERTIFICATE_TAKEN: {
    message: 'The credential {holder} stands for that certificate already.',
    action: 'Remove that one first: a certificate stands for one client.',
    exitCode: 1,
    httpStatus: 409,
  },
  LG_CREDENTIAL_REVOKED: {
    message: 'The credential {name} is revoked, for good.',
    action: 'Remove it, and add a new one.',
    exitCode: 1,
    httpStatus: 409,
  },
  LG_CREDENTIAL_NOT_SAVED: {
    message: 'The change was not made, as it cannot be written to the disk: {cause}',
    action: 'Free space on the disk of gateway.dataDirectory, or check the disk; then make the change again.',
    exitCode: 1,
    httpStatus: 503,
  },
  LG_CREDENTIALS_UNAVAILABLE: {
    message: 'This server keeps no credentials of devices.',
    action: 'Ask the gateway that devices connect to.',
    httpStatus: 503,
  },
  LG_CERTIFICATE_UNREADABLE: {
    message: 'That is no certificate: {cause}',
    action: 'Give one certificate in PEM form, as begins with -----BEGIN CERTIFICATE-----.',
    exitCode: 1,
    httpStatus: 400,
  },
  LG_SECRETS_UNWRITABLE: {
    message: 'Cannot write secrets to {file}: {cause}',
    action: 'Name a file that does not exist yet, in a folder that you may write to.',
    exitCode: 1,
  },
  LG_ENROLMENT_CODE_UNKNOWN: {
    message: 'There is no enrolment code {id}.',
    action: 'GET /api/v1/enrolment-codes lists those that there are.',
    exitCode: 1,
    httpStatus: 404,
  },
  LG_ENROLMENT_REFUSED: {
    message: 'That enrolment code cannot be used.',
    action: 'Check it for typing errors, or have a new one made: "linegate credentials enrol".',
    exitCode: 1,
    httpStatus: 403,
  },
  LG_ENROLMENT_TOO_MANY: {
    message: 'Too many tries to enrol from this address.',
    action: 'Wait a minute, then try again.',
    httpStatus: 429,
  },
  LG_ENROLMENT_INSECURE: {
    message: 'A device token would go over the network in clear.',
    action: 'Enrol over https, or from the machine of the gateway itself.',
    httpStatus: 403,
  },
  LG_AUDIT_FAILING: {
    message: 'The audit trail in {directory} cannot be written: {cause}. {waiting} records wait in memory.',
    action:
      'Free space on that disk, or check the disk: records that do not fit into memory are lost, and counted.',
  },
  LG_AUDIT_DAMAGED: {
    message: 'The audit trail in {directory} is damaged: {cause}.',
    action: 'Keep a copy of the folder, and run "linegate audit verify", which names each place.',
  },
  LG_AUDIT_UNREADABLE: {
    message: 'Cannot read the audit trail in {directory}: {cause}',
    action:
      'Give the data directory with --data or the configuration with --config, and check its permissions.',
    exitCode: 2,
    httpStatus: 503,
  },
  LG_AUDIT_UNAVAILABLE: {
    message: 'This server keeps no audit trail.',
    action: 'Ask the gateway itself.',
    httpStatus: 503,
  },
  LG_SYSLOG_UNAVAILABLE: {
    message:
      'The syslog server {host}:{port} takes no audit records: {cause}. {waiting} wait, {dropped} were left out.',
    action:
      'Check that it runs and its address in security.audit.syslog; the audit trail itself has every record.',
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
