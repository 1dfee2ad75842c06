/** What a signal gives the gateway to settle what it has accepted. */
export const CLOSE_WITHIN_MS = 5_000

/** Resolves with whether `work` ended in time; what is not over then is left to the end of the process. */
export async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
