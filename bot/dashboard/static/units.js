// Numbers at the axes, short; the sentences and tables beside them come with words of their own.

const symbols = { USD: "$", EUR: "€", GBP: "£" }; // as in the sentences
const round = (value, digits) => Number(value.toFixed(digits)).toLocaleString("en");

export function said(value, unit) {
  if (unit === "%") return `${round(value * 100, value < 0.1 ? 1 : 0)} %`;
  if (unit === "s") return seconds(value);
  if (unit === "") return round(value, 0);
  return `${symbols[unit] ?? `${unit} `}${round(value, Math.abs(value) < 1 ? 4 : 2)}`;
}

function seconds(value) {
  if (value < 120) return `${round(value, value < 10 ? 1 : 0)} s`;
  if (value < 7_200) return `${round(value / 60, 0)} min`;
  if (value < 172_800) return `${round(value / 3_600, 1)} h`;
  return `${round(value / 86_400, 1)} d`;
}
