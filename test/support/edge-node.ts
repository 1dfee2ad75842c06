import { connectAsync, type MqttClient } from 'mqtt'
import { newClient } from 'sparkplug-client'

type SparkplugClient = ReturnType<typeof newClient>
type Payload = Parameters<SparkplugClient['publishNodeData']>[0]
type Metrics = NonNullable<Payload['metrics']>

export interface EdgeNodeParts {
  readonly mqttPort: number
  readonly group: string
  readonly node: string
  readonly device: string
  /** Of births of the device; those of the node are its rebirth command and `bdSeq`. */
  readonly metrics: () => Metrics
}

/** The connection of the client, which it keeps to itself: to be cut as a cable is. */
interface Connection {
  readonly client: { readonly stream: { destroy(): void } }
}

/** `sparkplug-client` as an edge node with one device, which it bears when it is connected and when it is asked to. */
export class EdgeNode {
  readonly client: SparkplugClient
  readonly #device: string

  constructor({ mqttPort, group, node, device, metrics }: EdgeNodeParts) {
    this.#device = device
    this.client = newClient({
      serverUrl: `mqtt://127.0.0.1:${mqttPort}`,
      username: '',
      password: '',
      groupId: group,
      edgeNode: node,
      clientId: node,
      mqttOptions: { reconnectPeriod: 0 },
    })
    const bear = () => {
      const control = { name: 'Node Control/Rebirth', type: 'Boolean', value: false } as const
      this.client.publishNodeBirth({ timestamp: Date.now(), metrics: [control] })
      this.client.publishDeviceBirth(device, { timestamp: Date.now(), metrics: metrics() })
    }
    this.client.on('birth', bear)
    this.client.on('ncmd', bear)
    this.client.on('error', () => this.client.stop())
  }

  say(metrics: Metrics, timestamp = Date.now()): void {
    this.client.publishDeviceData(this.#device, { timestamp, metrics })
  }

  /** Its will is published, and it does not come back. */
  cut(): void {
    ;(this.client as unknown as Connection).client.stream.destroy()
  }
}

/** An MQTT client that notes what it hears. */
export async function listenTo(mqttPort: number, filter: string): Promise<Heard> {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0 })
  const packets: HeardPacket[] = []
  client.on('message', (topic, payload, { retain }) => packets.push({ topic, payload, retain }))
  client.on('error', () => client.end(true))
  await client.subscribeAsync(filter, { qos: 1 })
  return { client, packets }
}

export interface HeardPacket {
  readonly topic: string
  readonly payload: Buffer
  readonly retain: boolean
}

export interface Heard {
  readonly client: MqttClient
  readonly packets: readonly HeardPacket[]
}
