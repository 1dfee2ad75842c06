import type { EdgeNode } from '../decode/sparkplug/events.js'
import { NAMESPACE } from '../decode/sparkplug/topic.js'
import type { SparkplugPacket } from './packet.js'

const METRIC = 'Node Control/Rebirth'
const BOOLEAN = 11

/**
 * NCMD with `Node Control/Rebirth` = true, by its name, which never has an alias (tck-id-operational-behavior-data-commands-*).
 * A command has a timestamp and no seq.
 */
export function rebirthRequest({ group, node }: EdgeNode, nowMs: number): SparkplugPacket {
  const time = varint(nowMs)
  const metric = Buffer.concat([
    field(1, 2),
    varint(METRIC.length),
    Buffer.from(METRIC),
    field(3, 0),
    time,
    field(4, 0),
    varint(BOOLEAN),
    field(14, 0),
    varint(1),
  ])
  const payload = Buffer.concat([field(1, 0), time, field(2, 2), varint(metric.length), metric])
  return { topic: `${NAMESPACE}/${group}/NCMD/${node}`, payload, qos: 0, retain: false }
}

function field(number: number, wireType: number): Buffer {
  return Buffer.from([(number << 3) | wireType])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  bytes.push(left)
  return Buffer.from(bytes)
}
