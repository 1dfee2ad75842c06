import type { Route } from '../route.js'
import { deadLetterRoute } from './dead-letter.js'
import { deadLettersRoute } from './dead-letters.js'
import { devicesRoute } from './devices.js'
import { errorsRoute } from './errors.js'
import { healthRoute } from './health.js'
import { historyRoute } from './history.js'
import { infoRoute } from './info.js'
import { ledgerRoute } from './ledger.js'
import { metricsRoute } from './metrics.js'
import { readinessRoute } from './readiness.js'
import { spoolRoute } from './spool.js'
import { valuesRoute } from './values.js'

/** Every address that is not a file of the page or a WebSocket. */
export const ROUTES: readonly Route[] = [
  ledgerRoute,
  devicesRoute,
  valuesRoute,
  historyRoute,
  deadLettersRoute,
  deadLetterRoute,
  spoolRoute,
  infoRoute,
  metricsRoute,
  healthRoute,
  readinessRoute,
  errorsRoute,
]
