import type { Route } from '../route.js'
import { addApiTokenRoute, apiTokensRoute, revokeApiTokenRoute } from './api-tokens.js'
import { auditRoute, exportAuditRoute, verifyAuditRoute } from './audit.js'
import { addCredentialRoute, credentialRoute, credentialsRoute } from './credentials.js'
import {
  changeCredentialRoute,
  deleteCredentialRoute,
  revokeCredentialRoute,
  rotateCredentialRoute,
} from './credentials-change.js'
import { deadLetterRoute, deleteDeadLetterRoute } from './dead-letter.js'
import { deadLettersRoute } from './dead-letters.js'
import { purgeDeadLettersRoute } from './dead-letters-purge.js'
import { replayDeadLettersRoute } from './dead-letters-replay.js'
import { deadLettersSummaryRoute } from './dead-letters-summary.js'
import { deleteDeviceRoute, deviceRoute, patchDeviceRoute, putDeviceRoute } from './device.js'
import { exportDevicesRoute, importDevicesRoute } from './device-exchange.js'
import { confirmDeviceRoute, rejectDeviceRoute } from './device-status.js'
import { devicesRoute } from './devices.js'
import { enrolRoute } from './enrol.js'
import { addEnrolmentCodeRoute, deleteEnrolmentCodeRoute, enrolmentCodesRoute } from './enrolment-codes.js'
import { errorsRoute } from './errors.js'
import { handlesRoute } from './handles.js'
import { deleteItemRoute, itemRoute, itemsRoute, putItemRoute } from './handles-items.js'
import { deviceLabelRoute, itemLabelRoute } from './handles-label.js'
import { healthRoute } from './health.js'
import { historyRoute } from './history.js'
import { infoRoute } from './info.js'
import { ledgerRoute } from './ledger.js'
import { metricsRoute } from './metrics.js'
import { oidcCallbackRoute, oidcSignInRoute } from './oidc.js'
import { productionRoute } from './production.js'
import { readinessRoute } from './readiness.js'
import { reloadRoute } from './reload.js'
import { ownPasswordRoute, sessionRoute, signInRoute, signOutRoute } from './session.js'
import { spoolRoute } from './spool.js'
import { treeRoute } from './tree.js'
import { tryRoute } from './try.js'
import { addUserRoute, changeUserRoute, removeUserRoute, userRoute, usersRoute } from './users.js'
import { valuesRoute } from './values.js'

/** Every address that is not a file of the page or a WebSocket. */
export const ROUTES: readonly Route[] = [
  ledgerRoute,
  treeRoute,
  devicesRoute,
  exportDevicesRoute,
  importDevicesRoute,
  deviceRoute,
  putDeviceRoute,
  patchDeviceRoute,
  deleteDeviceRoute,
  confirmDeviceRoute,
  rejectDeviceRoute,
  valuesRoute,
  historyRoute,
  deadLettersRoute,
  deadLettersSummaryRoute,
  replayDeadLettersRoute,
  purgeDeadLettersRoute,
  deadLetterRoute,
  deleteDeadLetterRoute,
  tryRoute,
  reloadRoute,
  handlesRoute,
  itemsRoute,
  itemRoute,
  putItemRoute,
  deleteItemRoute,
  itemLabelRoute,
  deviceLabelRoute,
  productionRoute,
  auditRoute,
  exportAuditRoute,
  verifyAuditRoute,
  sessionRoute,
  signInRoute,
  signOutRoute,
  ownPasswordRoute,
  oidcSignInRoute,
  oidcCallbackRoute,
  usersRoute,
  addUserRoute,
  userRoute,
  changeUserRoute,
  removeUserRoute,
  apiTokensRoute,
  addApiTokenRoute,
  revokeApiTokenRoute,
  credentialsRoute,
  addCredentialRoute,
  credentialRoute,
  changeCredentialRoute,
  deleteCredentialRoute,
  rotateCredentialRoute,
  revokeCredentialRoute,
  enrolmentCodesRoute,
  addEnrolmentCodeRoute,
  deleteEnrolmentCodeRoute,
  enrolRoute,
  spoolRoute,
  infoRoute,
  metricsRoute,
  healthRoute,
  readinessRoute,
  errorsRoute,
]
