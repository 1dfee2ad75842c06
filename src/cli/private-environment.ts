import type { Environment } from '../config/environment.js'

/**
 * The variables of the process, for the configuration. One that is asked for is kept here and taken out of `variables`: the
 * environment of a process is printed by Node's diagnostic reports and inherited by its children. Asked for again, as at
 * a reload, it is what it was.
 */
export function privateEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const taken = new Map<string, string>()
  const read = (_: object, name: string | symbol) => {
    if (typeof name !== 'string') return undefined
    const value = variables[name]
    if (value !== undefined) taken.set(name, value)
    delete variables[name]
    return taken.get(name)
  }
  return new Proxy({}, { get: read })
}
