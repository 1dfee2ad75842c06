// Fails unless every package that ships at run time has a licence whose terms an Apache-2.0 product can be distributed
// with, without conditions on the product's own sources.
//
//     node scripts/check-licenses.js [--lock FILE]
import { lockArgument, readLock, shippedPackages } from './lock-file.js'

const COMPATIBLE = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
])

// Packages whose entry names no licence of the list, and why they are in nevertheless.
const EXCEPTIONS = [
  {
    package: /^@lhncbc\/ucum-lhc$/,
    says: 'SEE LICENSE IN LICENSE.md',
    reason:
      'BSD-like terms of the US National Library of Medicine, with those of UCUM and LOINC for their tables: use and distribution are free, the notice stays with the tables (it does, in its own folder), and the codes are not changed.',
  },
  {
    package: /^@duckdb\/node-bindings-/,
    says: undefined,
    reason:
      'the lock file lacks what the registry says of these platforms (see check-lock.js); @duckdb/node-bindings and those that are installed are MIT.',
  },
  {
    package: /^@msgpackr-extract\/msgpackr-extract-/,
    says: undefined,
    reason:
      'the lock file lacks what the registry says of these platforms (see check-lock.js); msgpackr-extract is MIT.',
  },
]

/** Of an expression, one side of an OR is ours to choose; both sides of an AND bind. */
function isCompatible(expression) {
  const bare = expression.replace(/^\((.*)\)$/, '$1')
  if (/[()]/.test(bare)) return false
  return bare
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((license) => COMPATIBLE.has(license.trim())))
}

const exceptions = []
const faults = []
const packages = shippedPackages(readLock(lockArgument(process.argv)))
for (const { name, version, license } of packages) {
  if (license !== undefined && isCompatible(license)) continue
  const exception = EXCEPTIONS.find((row) => row.package.test(name) && row.says === license)
  if (exception === undefined) faults.push(`${name}@${version}: ${license ?? 'no licence'}`)
  else exceptions.push(`  ${name}@${version}: ${exception.reason}`)
}
console.log(`${packages.length} packages ship; ${exceptions.length} by exception:\n${exceptions.join('\n')}`)
for (const fault of faults) console.error(`FAULT ${fault}`)
if (faults.length > 0) process.exitCode = 1
