//! The few lines worth showing round some spans.
