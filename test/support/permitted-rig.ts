import type { BrokerOptions } from '../../src/broker/broker.js'
import type { Admission, ClientRefusal, ConnectVerdict } from '../../src/core/client-access.js'
import { compileAccess, type ProfileConfig } from '../../src/security/permissions/compile-access.js'
import { BrokerRig } from './broker-rig.js'

/** What the profile of a test says beside nothing at all. */
export interface Rules {
  readonly publish?: Partial<ProfileConfig['publish']>
  readonly subscribe?: Partial<ProfileConfig['subscribe']>
}

export function profileOf({ publish, subscribe }: Rules): ProfileConfig {
  const none = { allow: [], deny: [] }
  return { publish: { ...none, ...publish }, subscribe: { ...none, ...subscribe }, speaksFor: 'self' }
}

/** Lets everyone in by user name, with the profile of that name. */
class ByName implements Admission {
  readonly #profiles: Readonly<Record<string, Rules>>

  constructor(profiles: Readonly<Record<string, Rules>>) {
    this.#profiles = profiles
  }

  async admit({
    username = '',
    clientId,
  }: {
    username: string | undefined
    clientId: string
  }): Promise<ConnectVerdict> {
    const rules = this.#profiles[username]
    if (rules === undefined) return { kind: 'badCredentials', cause: 'no such user' }
    const place = { site: 's', area: 'a', line: 'l', device: username }
    const subject = { principal: `device:${username}`, place, clientId, username, attributes: {} }
    return { kind: 'admitted', access: compileAccess(profileOf(rules), subject) }
  }

  onRevoked(): void {}
}

/** A broker whose clients sign in, with what it refused. */
export interface PermittedRig {
  readonly rig: BrokerRig
  readonly refusals: ClientRefusal[]
}

export async function permittedRig(
  profiles: Readonly<Record<string, Rules>>,
  options: Partial<BrokerOptions> = {},
  directory?: string,
  lane?: boolean,
): Promise<PermittedRig> {
  const refusals: ClientRefusal[] = []
  const listener = { protocol: 'mqtt', host: '127.0.0.1', port: 0, authentication: ['password'] } as const
  let rig: BrokerRig | undefined
  rig = await BrokerRig.start(
    {
      admission: new ByName(profiles),
      listeners: [listener],
      refuse: (message, access, settled) => rig?.accepting.refuse(message, access, settled),
      onRefused: (refusal) => refusals.push(refusal),
      ...options,
    },
    directory,
    lane,
  )
  return { rig, refusals }
}
