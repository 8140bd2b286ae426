import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import classes from './usage.module.css';
import { count, dayWord, type Sample } from './measures';

interface ChartProps {
  name: string;
  samples: readonly Sample[];
  /** The span of time, in milliseconds since 1970. */
  from: number;
  to: number;
}

const margins = { top: 6, right: 12, left: 4 };
const axis = { tickLine: false, stroke: '', interval: 'preserveStartEnd' } as const;

/** Until something is pointed at, there is no time to show. */
function labelOf(time: unknown): string {
  return typeof time === 'number' ? dayWord(time) : '';
}

/** A measure over time. Its numbers stand in a table, too. */
export default function Chart({ name, samples, from, to }: ChartProps) {
  return (
    <div className={classes.drawing}>
      <ResponsiveContainer>
        <AreaChart data={[...samples]} margin={margins} accessibilityLayer={false}>
          <CartesianGrid vertical={false} strokeDasharray="5 5" />
          <XAxis
            {...axis}
            dataKey="time"
            type="number"
            scale="time"
            domain={[from, to]}
            minTickGap={40}
            tick={{ transform: 'translate(0, 10)', fontSize: 12, fill: 'currentColor' }}
            tickFormatter={dayWord}
          />
          <YAxis
            {...axis}
            axisLine={false}
            type="number"
            width={56}
            allowDecimals={false}
            domain={[0, 'auto']}
            tick={{ transform: 'translate(-10, 0)', fontSize: 12, fill: 'currentColor' }}
            tickFormatter={count}
          />
          <Tooltip
            isAnimationActive={false}
            labelFormatter={labelOf}
            formatter={(value) => count(Number(value))}
          />
          <Area
            name={name}
            dataKey="value"
            type="linear"
            isAnimationActive={false}
            stroke="var(--ocim-primary)"
            strokeWidth={2}
            fill="var(--ocim-primary)"
            fillOpacity={0.12}
            dot={samples.length < 40 && { fillOpacity: 1, strokeWidth: 2, r: 4 }}
            activeDot={{ strokeWidth: 1, r: 4 }}
          />
        </AreaChart>
      </ResponsiveContainer>
    </div>
  );
}
