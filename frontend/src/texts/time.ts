// components/Time.tsx
export const wrongClock = 'in the future: a clock is wrong';
