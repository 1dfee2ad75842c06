/** Where the command line looks for a gateway unless told otherwise. */
const DEFAULT_ORIGINS = new Set(['http://127.0.0.1:8080', 'http://localhost:8080'])

export interface RegisterCommands {
  /** Lists what spoke and waits to be confirmed. */
  readonly list: string
  readonly confirm: string
  readonly importTable: string
}

/** Commands that register devices at the gateway that the page is of. */
export function registerCommands(origin: string): RegisterCommands {
  const url = DEFAULT_ORIGINS.has(origin) ? '' : ` --url ${origin}`
  return {
    list: `linegate devices list --status discovered${url}`,
    confirm: `linegate devices confirm --discovered${url}`,
    importTable: `linegate devices import devices.csv${url}`,
  }
}
