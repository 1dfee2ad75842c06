/** The four message types of edge nodes, those of devices, and what host applications send (Sparkplug 3.0, chapter 4). */
export const MESSAGE_TYPES = [
  'NBIRTH',
  'NDEATH',
  'NDATA',
  'NCMD',
  'DBIRTH',
  'DDEATH',
  'DDATA',
  'DCMD',
  'STATE',
] as const
export type MessageType = (typeof MESSAGE_TYPES)[number]

export const NAMESPACE = 'spBv1.0'

export interface SparkplugTopic {
  readonly type: MessageType
  readonly group: string
  readonly node: string
  /** '' for messages of the edge node itself. */
  readonly device: string
}

const TYPES: ReadonlySet<string> = new Set(MESSAGE_TYPES)

/** Undefined for a topic that is none of Sparkplug B, or names a device where none may be, or none where one must. */
export function parseTopic(topic: string): SparkplugTopic | undefined {
  const [namespace, group = '', type = '', node = '', device = '', ...more] = topic.split('/')
  if (namespace !== NAMESPACE || more.length > 0) return undefined
  // spBv1.0/STATE/{host id}: the host id stands where other topics have the type.
  if (group === 'STATE') return type === '' || node !== '' ? undefined : state(type)
  if (!TYPES.has(type) || type === 'STATE' || group === '' || node === '') return undefined
  const isOfDevice = type.startsWith('D')
  const hasDevice = topic.split('/').length === 5
  if (isOfDevice !== hasDevice || (isOfDevice && device === '')) return undefined
  return { type: type as MessageType, group, node, device }
}

function state(hostId: string): SparkplugTopic {
  return { type: 'STATE', group: '', node: hostId, device: '' }
}
