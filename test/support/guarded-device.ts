import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import type { GuardedGateway } from './guarded-gateway.js'
import { eventually } from './ports.js'

export type Coming = Omit<IClientOptions, 'ca'> & {
  readonly listener?: 'token' | 'password' | 'certificate'
}

/** An MQTT client of its own connection to a guarded gateway; it notes what it hears, and does not come back. */
export class GuardedDevice {
  readonly heard: { readonly topic: string; readonly text: string; readonly retain: boolean }[] = []
  isClosed = false

  private constructor(readonly client: MqttClient) {
    client.on('message', (topic: string, payload: Buffer, { retain }: IPublishPacket) =>
      this.heard.push({ topic, text: payload.toString(), retain }),
    )
    client.on('close', () => {
      this.isClosed = true
      // What waits for an answer fails now.
      client.end(true)
    })
    // What is refused later closes the connection, which is what tests look at.
    client.on('error', () => client.end(true))
  }

  /** @throws with the CONNACK code as `code` when it is not let in */
  static async connect(gateway: GuardedGateway, options: Coming): Promise<GuardedDevice> {
    const { listener = 'token', ...others } = options
    const said = {
      ca: gateway.ca,
      reconnectPeriod: 0,
      // MQTT 3.1.1 has no password without a user name (section 3.1.2.9); that of a token is not believed.
      ...(others.password === undefined ? {} : { username: 'not believed' }),
      ...others,
    }
    const client = await connectAsync(gateway.mqttUrl(listener), said, false)
    return new GuardedDevice(client)
  }

  async end(): Promise<void> {
    await this.client.endAsync()
  }

  /** Waits for a message of this text. */
  hears(text: string): Promise<true> {
    return eventually(`"${text}" is heard`, () =>
      this.heard.some((one) => one.text === text) ? true : undefined,
    )
  }

  closes(): Promise<true> {
    return eventually('the connection is closed', () => (this.isClosed ? true : undefined))
  }
}

/** The CONNACK code that a client gets; 0 when it is let in. Undefined when the connection is closed without an answer. */
export async function connackOf(gateway: GuardedGateway, options: Coming): Promise<number | undefined> {
  try {
    const device = await GuardedDevice.connect(gateway, options)
    await device.end()
    return 0
  } catch (error) {
    const { code, message } = error as { code?: number | string; message: string }
    if (typeof code === 'number') return code
    if (typeof code === 'string' || /closed|connect to server/.test(message)) return undefined
    throw error
  }
}
