package otlp

// Lost gives how many spans were lost since the last warning.
func Lost(e *Exporter) int64 { return e.lost.Load() }
