export function Wordmark() {
  return (
    <span className="wordmark">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect className="wordmark-tile" width="32" height="32" rx="8" />
        <path className="wordmark-arc" d="M22.6 20.4a7.6 7.6 0 1 1 0-8.8" />
        <circle className="wordmark-dot" cx="16.4" cy="16" r="2.1" />
      </svg>
      Clara
    </span>
  );
}
