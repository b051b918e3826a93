/** Tells the process that started this one, when it asks, what this one takes. */
export function reportUsage(): void {
  process.on('message', (asked) => {
    if (asked !== 'usage') return;
    const { user, system } = process.cpuUsage();
    const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
    process.send!({ rssMb, cpuMs: (user + system) / 1_000 });
  });
}
