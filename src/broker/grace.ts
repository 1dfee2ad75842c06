/** Resolves when the promise does, or after `graceMs`. */
export async function withGrace(promise: Promise<void>, graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs)
  })
  await Promise.race([promise, grace])
  clearTimeout(timer)
}
