import * as texts from '@/texts/lib';

interface Resources {
  cpuMillis: number;
  memoryBytes: number;
}

/** “0.25 cores, 512 MiB”; `none` where nothing is set. */
export function resources({ cpuMillis, memoryBytes }: Resources, none = texts.none): string {
  const parts = [
    ...(cpuMillis > 0 ? [`${cpuMillis / 1000} ${cpuMillis === 1000 ? 'core' : 'cores'}`] : []),
    ...(memoryBytes > 0 ? [memory(memoryBytes)] : []),
  ];
  return parts.length === 0 ? none : parts.join(', ');
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** “1.5 GiB” */
export function memory(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power] ?? ''}`;
}
