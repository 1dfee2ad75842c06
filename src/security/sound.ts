/** Rules between the keys of a configuration that the schema cannot say, as far as they are about who may come in. */
import { type Entrances, exposures } from './exposure.js'
import { templateFault } from './permissions/template.js'

interface Fault {
  /** Of the configuration, such as `http.host`. */
  readonly path: string
  readonly message: string
}

interface TopicRules {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
}

interface SecuredConfig extends Entrances {
  readonly mqtt: Entrances['mqtt'] & {
    readonly profiles: Readonly<
      Record<string, { readonly publish: TopicRules; readonly subscribe: TopicRules }>
    >
    readonly certificates: readonly { readonly profile: string }[]
  }
  readonly http: Entrances['http'] & { readonly publicUrl?: string }
  readonly security: { readonly oidc?: object }
}

export function securityIsSound(config: SecuredConfig): Fault[] {
  return [
    ...exposures(config).map(({ path, error }) => ({ path, message: `${error.message} ${error.action}` })),
    ...templateFaults(config),
    ...missingProfiles(config),
    ...oidcNeedsPublicUrl(config),
  ]
}

function templateFaults({ mqtt }: SecuredConfig): Fault[] {
  return Object.entries(mqtt.profiles).flatMap(([name, profile]) =>
    (['publish', 'subscribe'] as const).flatMap((action) =>
      (['allow', 'deny'] as const).flatMap((list) =>
        profile[action][list].flatMap((template, at) => {
          const message = templateFault(template)
          const path = `mqtt.profiles.${name}.${action}.${list}[${at}]`
          return message === undefined ? [] : [{ path, message: `is no topic filter: ${message}` }]
        }),
      ),
    ),
  )
}

function missingProfiles({ mqtt }: SecuredConfig): Fault[] {
  const names = Object.keys(mqtt.profiles)
  return mqtt.certificates.flatMap(({ profile }, at) =>
    names.includes(profile)
      ? []
      : [
          {
            path: `mqtt.certificates[${at}].profile`,
            message: `is no profile; there are ${names.join(', ') || 'none'}`,
          },
        ],
  )
}

function oidcNeedsPublicUrl({ http, security }: SecuredConfig): Fault[] {
  if (security.oidc === undefined || http.publicUrl !== undefined) return []
  return [
    { path: 'http.publicUrl', message: 'is required by security.oidc: the provider sends people back to it' },
  ]
}
