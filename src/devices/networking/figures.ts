import type { TreeNode } from '../../core/registry.js'

/** Received of expected messages; null where less than one was expected, and between shifts. */
export interface DeliveryRates {
  /** The last 50 to 60 seconds. */
  readonly minute: number | null
  /** The last 55 to 60 minutes. */
  readonly hour: number | null
  readonly shift: number | null
}

/** How much of a part of the factory is connected. All but `discovered` are of confirmed devices. */
export interface NetworkingFigures {
  readonly registered: number
  readonly discovered: number
  readonly connected: number
  readonly fresh: number
  readonly stale: number
  readonly offline: number
  readonly unknown: number
  /** `fresh / registered`; null without registered devices. */
  readonly networkingRate: number | null
  /** `connected / registered`; null without registered devices. */
  readonly sessionRate: number | null
  readonly deliveryRate: DeliveryRates
}

export interface NetworkingView {
  /** Changes with every change of any figure. */
  readonly revision: number
  /** Of a node of the registry's tree, or of the device of a slot. */
  figures(of: TreeNode | number): NetworkingFigures
}

/** A fraction; null where there is nothing to divide by. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
