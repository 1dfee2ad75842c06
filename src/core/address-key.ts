import { isIPv6 } from 'node:net'

const IPV4_IN_IPV6 = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/i
const GROUPS = 8
const GROUPS_OF_NETWORK = 4

/**
 * What an address is counted under: an IPv4 address is itself, also as Node writes it on sockets of both families
 * (`::ffff:10.0.0.5`). Of IPv6, the network of 64 bits: whoever has one address has all of them (RFC 4291, 2.5.4).
 */
export function addressKey(address: string): string {
  const bare = address.split('%', 1)[0] ?? ''
  const mapped = IPV4_IN_IPV6.exec(bare)?.[1]
  if (mapped !== undefined) return mapped
  return isIPv6(bare) ? networkOf(bare.toLowerCase()) : bare
}

function networkOf(address: string): string {
  const [front = '', back] = address.split('::')
  const before = groupsOf(front)
  const after = groupsOf(back ?? '')
  const zeros = back === undefined ? 0 : GROUPS - before.length - after.length
  const groups = [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after]
  const network = groups.slice(0, GROUPS_OF_NETWORK).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}

/** An IPv4 address at the end stands for two groups. */
function groupsOf(part: string): string[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]))
}
