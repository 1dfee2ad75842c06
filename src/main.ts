/** The entry: arguments, language, signals, exit code. What the commands do is in cli/. */
import { setMaxListeners } from 'node:events'
import { runCommandLine } from './cli/command-line.js'
import { privateEnvironment } from './cli/private-environment.js'
import { processTerminal } from './cli/terminal.js'
import { languageOf, textsIn } from './cli/texts.js'
import { findPackage } from './core/package-root.js'

const stop = new AbortController()
// Each connection of a simulated fleet listens for the end: many listeners are no leak here.
setMaxListeners(0, stop.signal)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The first signal asks the command to end; the second does not wait for it.
  process.on(signal, () => (stop.signal.aborted ? process.exit(1) : stop.abort()))
}
// Whoever read our output (head, less) has gone: there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const argv = process.argv.slice(2)
const { root, version } = findPackage()
process.exitCode = await runCommandLine(argv, {
  texts: textsIn(languageOf(argv, process.env)),
  terminal: processTerminal(),
  signal: stop.signal,
  onHangUp: (listener) => void process.on('SIGHUP', listener),
  environment: privateEnvironment(process.env),
  packageRoot: root,
  version,
})
