import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CertificateRequest {
  /** As in `/O=Plant/CN=imm-01`; `/CN=<name>` when absent. */
  readonly subject?: string
  /** As in `DNS:imm-01.plant,URI:urn:plant:imm-01`. */
  readonly alternativeNames?: string
  readonly purpose?: 'serverAuth' | 'clientAuth'
  /** Days from now that it is good for; below 0 it has expired. */
  readonly days?: number
}

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const DAY_MS = 86_400_000

const CONFIGURATION = `
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_crl_days = 30
rand_serial = yes
unique_subject = no
copy_extensions = copy
policy = any
[any]
countryName = optional
organizationName = optional
commonName = optional
`

/** A certificate authority in a directory of its own, made with openssl. */
export class Authority {
  readonly directory: string
  #revocationLists = 0

  constructor(directory: string, name = 'test authority') {
    this.directory = directory
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'ca.cnf'), CONFIGURATION)
    writeFileSync(join(directory, 'index.txt'), '')
    writeFileSync(join(directory, 'crlnumber'), '01\n')
    this.#openssl(
      ...[
        'req',
        '-x509',
        ...EC_KEY,
        '-keyout',
        'ca.key',
        '-out',
        'ca.crt',
        '-days',
        '3',
        '-subj',
        `/CN=${name}`,
      ],
    )
  }

  file(name: string): string {
    return join(this.directory, name)
  }

  get caFile(): string {
    return this.file('ca.crt')
  }

  /** Writes `<name>.key` and `<name>.crt`. */
  issue(
    name: string,
    request: CertificateRequest = {},
  ): { readonly certFile: string; readonly keyFile: string } {
    const { subject = `/CN=${name}`, alternativeNames, purpose = 'clientAuth', days = 2 } = request
    const names = alternativeNames === undefined ? [] : ['-addext', `subjectAltName=${alternativeNames}`]
    const csr = ['-keyout', `${name}.key`, '-out', `${name}.csr`]
    this.#openssl(
      'req',
      ...EC_KEY,
      '-subj',
      subject,
      ...names,
      '-addext',
      `extendedKeyUsage=${purpose}`,
      ...csr,
    )
    const dates = ['-startdate', asn1Time(Math.min(0, days) - 1), '-enddate', asn1Time(days)]
    this.#ca('-in', `${name}.csr`, '-out', `${name}.crt`, '-notext', ...dates)
    return { certFile: this.file(`${name}.crt`), keyFile: this.file(`${name}.key`) }
  }

  /** What a client shows that was issued as this. */
  proof(name: string): { readonly cert: Buffer; readonly key: Buffer } {
    return { cert: readFileSync(this.file(`${name}.crt`)), key: readFileSync(this.file(`${name}.key`)) }
  }

  revoke(name: string): void {
    this.#ca('-revoke', `${name}.crt`)
  }

  /** Writes a revocation list of all that were revoked, and gives its path. */
  list(): string {
    const name = `${++this.#revocationLists}.crl`
    this.#ca('-gencrl', '-out', name)
    return this.file(name)
  }

  #ca(...args: string[]): void {
    this.#openssl('ca', '-config', 'ca.cnf', '-batch', ...args)
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.directory, stdio: ['ignore', 'ignore', 'pipe'] })
  }
}

/** `YYYYMMDDHHMMSSZ` */
function asn1Time(days: number): string {
  return `${new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
}
