import '@mantine/charts/styles.css';
import { AreaChart } from '@mantine/charts';
import { count, dayWord, type Sample } from './measures';

interface ChartProps {
  name: string;
  samples: readonly Sample[];
  /** The span of time, in milliseconds since 1970. */
  from: number;
  to: number;
}

const axis = { type: 'number', scale: 'time', tickFormatter: dayWord, minTickGap: 40 } as const;
const margins = { top: 6, right: 12, left: 4 };

/** Until something is pointed at, there is no time to show. */
function labelFormatter(time: unknown): string {
  return typeof time === 'number' ? dayWord(time) : '';
}

/** A measure over time. Its numbers stand in a table, too. */
export default function Chart({ name, samples, from, to }: ChartProps) {
  return (
    <AreaChart
      h={168}
      data={[...samples]}
      dataKey="time"
      series={[{ name: 'value', label: name, color: 'fern.6' }]}
      xAxisProps={{ ...axis, domain: [from, to] }}
      yAxisProps={{ width: 56, allowDecimals: false, domain: [0, 'auto'] }}
      valueFormatter={count}
      tooltipProps={{ labelFormatter, isAnimationActive: false }}
      areaChartProps={{ margin: margins, accessibilityLayer: false }}
      areaProps={{ isAnimationActive: false }}
      curveType="linear"
      withDots={samples.length < 40}
      strokeWidth={2}
      fillOpacity={0.12}
      gridAxis="x"
      tickLine="none"
    />
  );
}
