import type { Hello } from '../src/live/protocol.js'

const EXAMPLE_TOPIC = 'factory/ningbo/moulding/line1/imm-01/telemetry'
const ANY_ADDRESS = new Set(['0.0.0.0', '::', ''])

/** The command that publishes a first point to this gateway, from the machine that shows the page. */
export function publishCommand(publish: Hello['publish'], pageHost: string): string {
  const host = publish === undefined || ANY_ADDRESS.has(publish.host) ? pageHost : publish.host
  const port = publish === undefined ? '' : ` -p ${publish.port}`
  const topic = publish?.topic ?? EXAMPLE_TOPIC
  return `mosquitto_pub -h ${host}${port} -t '${topic}' -m '{"temperature":213.4}'`
}
