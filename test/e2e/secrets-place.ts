import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '../support/ports.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

/** Node itself reports on what happened, when asked by a signal and at a crash, which another signal brings about. */
const CRASH = `process.on('SIGWINCH', () => { throw new Error('a defect') })`
const NODE_OPTIONS = [
  '--report-uncaught-exception',
  '--report-on-signal',
  '--report-signal=SIGUSR2',
  `--import=data:text/javascript,${encodeURIComponent(CRASH)}`,
].join(' ')

/** A gateway whose every output is kept, by the name of where it came out. */
export class SecretsPlace {
  readonly outputs = new Map<string, string>()
  readonly folder = mkdtempSync(join(tmpdir(), 'linegate-secrets-'))
  readonly #environment: NodeJS.ProcessEnv
  #child: ChildProcess | undefined

  /** @param variables what the configuration names */
  constructor(variables: Readonly<Record<string, string>>) {
    mkdirSync(this.reports)
    this.#environment = { ...process.env, ...variables }
  }

  get configFile(): string {
    return join(this.folder, 'gateway.yaml')
  }

  get dataDirectory(): string {
    return join(this.folder, 'data')
  }

  get reports(): string {
    return join(this.folder, 'reports')
  }

  get log(): string {
    return this.outputs.get('standard error') ?? ''
  }

  keep(where: string, text: string): void {
    this.outputs.set(where, (this.outputs.get(where) ?? '') + text)
  }

  configure(text: string): void {
    writeFileSync(this.configFile, text)
  }

  async run(readyUrl: string): Promise<void> {
    const child = spawn(process.execPath, [MAIN, 'run', '--config', this.configFile], {
      env: { ...this.#environment, NODE_OPTIONS: `${NODE_OPTIONS} --report-directory=${this.reports}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.keep('standard output', text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.keep('standard error', text))
    await eventually('the gateway is ready', async () => {
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}:\n${this.log}`)
      const answer = await fetch(readyUrl).catch(() => undefined)
      return answer?.ok === true ? true : undefined
    })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Ends it by a signal, and returns its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null
    const closed = once(child, 'close')
    child.kill(signal)
    const [code] = (await closed) as [number | null]
    return code
  }

  /** Runs a command of the same program to its end, and keeps what it says. */
  async command(args: readonly string[], input = ''): Promise<number | null> {
    const child = spawn(process.execPath, [MAIN, '--lang', 'en', ...args], {
      env: this.#environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const where = `linegate ${args.filter((arg) => !arg.startsWith(this.folder)).join(' ')}`
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => this.keep(where, text))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const [code] = (await once(child, 'close')) as [number | null]
    return code
  }

  /** What the gateway has made for whoever can read its data. */
  localKey(): string {
    const [key] = readFileSync(join(this.dataDirectory, 'local.key'), 'utf8').split('\n')
    if (key === undefined || key === '') throw new Error('there is no local key')
    return key
  }

  /** Keeps what lies in the data directory and among the reports, byte by byte. */
  keepFiles(): void {
    for (const folder of [this.dataDirectory, this.reports]) {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const file = join(folder, name)
        if (name !== 'local.key' && statSync(file).isFile())
          this.outputs.set(file.slice(this.folder.length + 1), readFileSync(file).toString('latin1'))
      }
    }
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** How a secret may be written: as it is, escaped, or encoded; at any offset of what was encoded in base64. */
export function spellings(secret: string): string[] {
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64url')
    // The characters at both ends depend on what stands beside.
    return text.slice(offset === 0 ? 0 : offset + 1, -3)
  })
  return [secret, Buffer.from(secret).toString('hex'), ...encoded]
}
