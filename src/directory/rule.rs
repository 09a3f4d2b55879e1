//! What holds of users whichever door a change comes in by: the facts that two attributes tell, the
//! numbers that must be in a catalogue, the sessions that end.
//!
//! Part of the unit of work of every write, between the new document and its row.
