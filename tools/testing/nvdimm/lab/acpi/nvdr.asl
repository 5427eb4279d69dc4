/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvdr.asl - an NVDIMM root device that has errors
 *
 * QEMU describes its "-device nvdimm" with an SSDT (OEM id "BOCHS ", table id
 * "NVDIMM") whose root device implements no _DSM function that the kernel's
 * nfit driver uses: no Address Range Scrub, no injection, no clearing.  This
 * table carries the same ids and a higher OEM revision.  Given to the kernel
 * as kernel/firmware/acpi/nvdr.aml in an uncompressed cpio in front of the
 * initramfs (Documentation/admin-guide/acpi/initrd_table_override.rst,
 * CONFIG_ACPI_TABLE_UPGRADE) it replaces QEMU's, and with it the label methods
 * of QEMU's NVDIMMs: use them without label-size=.
 *
 * What it implements: the NVDIMM root device _DSM, revision 1, of ACPI 6.5
 * section 9.19.7 (numbered 9.20.7 in ACPI 6.1 and 6.2, and in the comments of
 * the nfit driver), with a list of errors behind it:
 *
 *	0  function mask
 *	1  Query ARS Capabilities	9.19.7.4
 *	2  Start ARS			9.19.7.5
 *	3  Query ARS Status		9.19.7.6
 *	4  Clear Uncorrectable Error	9.19.7.7
 *	5  Translate SPA		9.19.7.8
 *	7  ARS Error Inject		9.19.7.9
 *	8  ARS Error Inject Clear	9.19.7.10
 *	9  ARS Error Inject Status	9.19.7.11
 *
 * Function 0xA, Query ARS Error Inject Capabilities, is left out: the kernel
 * lets no one call it.
 *
 * The invariant: there is one list of errors.  Injecting adds to it; clearing
 * (4) and un-injecting (8) remove from it; ARS status (3) and injection status
 * (9) report it.  Its records are sorted by address, none is empty, no two
 * overlap or touch inside one SPA range, and each lies within one SPA range of
 * the NFIT.  Adding and removing keep that by replacing the run of affected
 * records in one step.
 *
 * Everything is counted in units of 256 bytes.  That is the unit in which
 * Intel's Optane modules clear errors, smaller than the kernel's 512-byte
 * sectors, so half-cleared sectors are reachable.  And it makes this table
 * possible at all: the width of AML integers is that of the DSDT, and QEMU's
 * DSDT is of revision 1, which means 32 bits, while NVDIMMs lie above 4 GiB.
 * A little-endian 64-bit address read as a dword at byte offset 1 is the
 * address in units.
 *
 * Limits:
 *  - SPA ranges lie below 512 GiB (31 bits of units).
 *  - NVDIMMs 1 to 4, in the layout that QEMU gives the NFIT of those present at
 *    boot (see NFIT_PIECE).  No hotplug: there is no _FIT and no notification
 *    0x80.
 *  - ERR_MAX records can be injected; a further one gets "invalid input", for
 *    want of a better status.  Splitting a record may exceed it.
 *  - The list lives in AML, so it is empty after a reboot.
 *  - Nothing is done to memory: a load of a bad address succeeds.  Machine
 *    checks come from QEMU's "mce" command.
 *  - The platform knows at once of every injected error: an ARS with "return
 *    previous data" reports errors that were injected without notification.
 *  - A scrub finds what is in the list when its result is first read.  From
 *    then on ARS status repeats that result, stale or not, until the next Start
 *    ARS.
 *  - Function 4 does not obey for the last three pages of a range (STUBBORN):
 *    that is how a test gets a device that fails to clear.
 *  - Injection status (9) reports the first INJ_MAX records; the specification
 *    gives it no means to say that there are more.
 */

/* Notification of the root device that an error was found (9.19.7.2) */
#define NOTIFY_UC_ERROR		0x81

/* Root device _DSM function indices */
#define FN_MASK			0
#define FN_ARS_CAP		1
#define FN_ARS_START		2
#define FN_ARS_STATUS		3
#define FN_CLEAR_ERROR		4
#define FN_TRANSLATE_SPA	5
#define FN_INJECT		7
#define FN_INJECT_CLEAR		8
#define FN_INJECT_STATUS	9

/* Status, bytes 0 and 1 of every output */
#define ST_OK			0
#define ST_NOT_SUPPORTED	1
#define ST_INVALID		2
#define ST_ARS_BUSY		6		/* Start ARS only */

/* Extended status, bytes 2 and 3, as part of the status dword */
#define EXT_CAP_PERSISTENT	0x00020000	/* Query ARS Capabilities */
#define EXT_ARS_DONE		0x00000000	/* Query ARS Status */
#define EXT_ARS_RUNNING		0x00010000
#define EXT_ARS_NONE		0x00020000
#define EXT_ARS_STOPPED		0x00030000

/* Query ARS Capabilities, flags */
#define CAP_NOTIFIES		0x0001

/* Start ARS, type and flags */
#define ARS_PERSISTENT		0x0002
#define ARS_PREVIOUS_DATA	0x02
#define ARS_FLAGS		0x03		/* those that are defined */

/* Query ARS Status, flags */
#define ARS_OVERFLOW		0x0001

/* ARS Error Inject, options */
#define INJ_NOTIFY		0x01

/* Clear Uncorrectable Error: any status that is not defined */
#define ST_CANNOT_CLEAR		5

/*
 * Units of the last three pages of a range: to clear the last one fails, to clear
 * the one before it does half of what is asked, and the third last nothing.
 */
#define STUBBORN		16

#define UNIT			256
#define UNIT_LIMIT		0x80000000	/* in units: 512 GiB */

/*
 * An error is kept in the form in which ARS status reports it: u32 NFIT device
 * handle, u32 reserved, u64 address, u64 length.  The last 16 bytes are a
 * record of the injection status.
 */
#define REC_SIZE		24
#define REC_ADDR		8
#define REC_INJ_SIZE		16

#define ERR_MAX			1024

/*
 * Query ARS Status: 48 bytes of header, then records.  168 of them fit in
 * 4 KiB: few enough that a test reaches the overflow.  Its size field counts
 * from itself on, that is without the four bytes of the status.
 */
#define ARS_OUT_MAX		4096
#define ARS_HEADER		48
#define ARS_MAX			168
#define ARS_STATUS_SIZE		4

/* Injection status: 8 bytes of header; ndctl offers 8 + ARS_OUT_MAX bytes */
#define INJ_MAX			255

/*
 * How long a scrub is in progress, in units of Timer (100 ns): half a second.
 * The nfit driver first asks a second after it has started a scrub.
 */
#define SCRUB_TIME		5000000

/* States of the scrub */
#define ARS_NEVER		0
#define ARS_RUNNING		1
#define ARS_DONE		2
#define ARS_REPORTED		3	/* the result is in AOUT */

/*
 * The NFIT (struct acpi_table_nfit and following in include/acpi/actbl2.h) is a
 * header of 40 bytes, then structures that begin with u16 type and u16 length.
 * A field of a region cannot be placed at run time, and one that reaches beyond
 * the end of the table cannot be read.  For each NVDIMM in turn QEMU emits an
 * SPA range (56 bytes), a region mapping (48) and a control region (80), so the
 * table is read in pieces of that sum.
 */
#define NFIT_HEADER		40
#define NFIT_PIECE		184
#define NFIT_PIECE_BITS		1472
#define NFIT_PIECES		4
#define NFIT_SPA_RANGE		0
#define NFIT_MAPPING		1
#define NFIT_SPA_SIZE		56
#define NFIT_MAPPING_SIZE	48

/* What ObjectType calls them */
#define TYPE_BUFFER		3
#define TYPE_PACKAGE		4

DefinitionBlock ("", "SSDT", 1, "BOCHS ", "NVDIMM", 2)
{
	Scope (\_SB)
	{
		Device (NVDR)
		{
			Name (_HID, "ACPI0012")

			/* The error list between two empty sentinels */
			Name (ELST, Buffer (2 * REC_SIZE)
			{
				0, 0, 0, 0, 0, 0, 0, 0,
				0, 0, 0, 0, 0, 0, 0, 0,
				0, 0, 0, 0, 0, 0, 0, 0,
				0, 0, 0, 0, 0, 0, 0, 0,
				0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0,
				0, 0, 0, 0, 0, 0, 0, 0
			})
			Name (ECNT, 0)		/* records without the sentinels */

			/* The scrub: state, start time, range in units */
			Name (ASTA, ARS_NEVER)
			Name (ATIM, 0)
			Name (ABEG, 0)
			Name (AEND, 0)
			Name (AOUT, 0)

			/* Persistent SPA ranges of the NFIT, in units */
			Name (SCNT, Ones)	/* Ones: not read yet */
			Name (SBEG, Package (NFIT_PIECES) { 0, 0, 0, 0 })
			Name (SEND, Package (NFIT_PIECES) { 0, 0, 0, 0 })
			Name (SIDX, Package (NFIT_PIECES) { 0, 0, 0, 0 })
			Name (SHDL, Package (NFIT_PIECES) { 0, 0, 0, 0 })
			Name (SDPA, Package (NFIT_PIECES) { 0, 0, 0, 0 })

			/* What PARS made of the caller's address and length */
			Name (RBEG, 0)		/* first unit */
			Name (REND, 0)		/* unit after the last */
			Name (RALN, 0)		/* nonzero: both are multiples of UNIT */
			Name (RSPA, 0)		/* index of the SPA range */

			/*
			 * NFIT
			 */

			DataTableRegion (NFTR, "NFIT", "", "")
			Field (NFTR, DWordAcc, NoLock, Preserve)
			{
				Offset (4),
				NLEN, 32,
				Offset (NFIT_HEADER),
				NFP0, NFIT_PIECE_BITS,
				NFP1, NFIT_PIECE_BITS,
				NFP2, NFIT_PIECE_BITS,
				NFP3, NFIT_PIECE_BITS
			}

			/* The structures of the NFIT as a buffer, at least one piece */
			Method (NFTB, 0, Serialized)
			{
				Local1 = (NLEN - NFIT_HEADER) / NFIT_PIECE
				Local0 = NFP0
				If (Local1 >= 2) { Local0 = Concatenate (Local0, NFP1) }
				If (Local1 >= 3) { Local0 = Concatenate (Local0, NFP2) }
				If (Local1 >= 4) { Local0 = Concatenate (Local0, NFP3) }
				Return (Local0)
			}

			/* The u16 at offset Arg1 of Arg0 */
			Method (NU16, 2, Serialized)
			{
				CreateWordField (Arg0, Arg1, NWRD)
				Return (NWRD)
			}

			/* Note the SPA range structure at offset Arg1 of Arg0 */
			Method (NSPA, 2, Serialized)
			{
				Local0 = ToUUID ("66f0d379-b4f3-4074-ac43-0d3318b78cdb")
				If (Mid (Arg0, Arg1 + 16, 16) != Local0) { Return }
				CreateDWordField (Arg0, Arg1 + 32 + 1, NBAS)
				CreateDWordField (Arg0, Arg1 + 40 + 1, NSIZ)
				SBEG [SCNT] = NBAS
				SEND [SCNT] = NBAS + NSIZ
				SIDX [SCNT] = NU16 (Arg0, Arg1 + 4)
				SCNT++
			}

			/* Note whose SPA range the mapping at offset Arg1 of Arg0 is */
			Method (NMAP, 2, Serialized)
			{
				CreateDWordField (Arg0, Arg1 + 4, NHDL)
				CreateDWordField (Arg0, Arg1 + 32 + 1, NDPA)
				Local0 = 0
				While (Local0 < SCNT)
				{
					If (DerefOf (SIDX [Local0]) == NU16 (Arg0, Arg1 + 12))
					{
						SHDL [Local0] = NHDL
						SDPA [Local0] = NDPA
					}
					Local0++
				}
			}

			/* Call NSPA or NMAP for each structure of type Arg1 in Arg0 */
			Method (NWLK, 2, Serialized)
			{
				Local0 = 0
				While (Local0 + NFIT_MAPPING_SIZE <= SizeOf (Arg0))
				{
					Local1 = NU16 (Arg0, Local0 + 2)
					If (Local1 == 0) { Return }
					If (NU16 (Arg0, Local0) == Arg1)
					{
						If (Arg1 == NFIT_MAPPING)
						{
							NMAP (Arg0, Local0)
						}
						ElseIf (Local0 + NFIT_SPA_SIZE <= SizeOf (Arg0))
						{
							NSPA (Arg0, Local0)
						}
					}
					Local0 += Local1
				}
			}

			/* Read the SPA ranges, once */
			Method (NFIT, 0, Serialized)
			{
				If (SCNT != Ones) { Return }
				SCNT = 0
				If (NLEN < NFIT_HEADER + NFIT_PIECE) { Return }
				Local0 = NFTB ()
				NWLK (Local0, NFIT_SPA_RANGE)
				NWLK (Local0, NFIT_MAPPING)
			}

			/*
			 * Input
			 */

			/* The input buffer of Arg3, or one too short for any function */
			Method (INPT, 1, Serialized)
			{
				If (ObjectType (Arg0) == TYPE_PACKAGE)
				{
					If (SizeOf (Arg0) >= 1)
					{
						If (ObjectType (Arg0 [0]) == TYPE_BUFFER)
						{
							Return (DerefOf (Arg0 [0]))
						}
					}
				}
				Return (Buffer (1) { 0 })
			}

			/*
			 * Take u64 address and u64 length from the start of Arg0 and find
			 * the SPA range that holds all of it.  Zero: there is none.
			 */
			Method (PARS, 1, Serialized)
			{
				If (SizeOf (Arg0) < 16) { Return (0) }
				CreateByteField (Arg0, 0, PAL)
				CreateDWordField (Arg0, 1, PAU)
				CreateDWordField (Arg0, 4, PAH)	/* bytes 4 to 7 */
				CreateByteField (Arg0, 8, PLL)
				CreateDWordField (Arg0, 9, PLU)
				CreateDWordField (Arg0, 12, PLH)
				If ((PAH >> 8) || (PLH >> 8)) { Return (0) }
				If (PAU >= UNIT_LIMIT || PLU >= UNIT_LIMIT) { Return (0) }
				If (PLU == 0 && PLL == 0) { Return (0) }

				RALN = (PAL == 0 && PLL == 0)
				RBEG = PAU
				REND = PAU + PLU + ((PAL + PLL + UNIT - 1) / UNIT)

				NFIT ()
				Local0 = 0
				While (Local0 < SCNT)
				{
					If (RBEG >= DerefOf (SBEG [Local0]) &&
					    REND <= DerefOf (SEND [Local0]))
					{
						RSPA = Local0
						Return (1)
					}
					Local0++
				}
				Return (0)
			}

			/* The same, and both must be multiples of the unit */
			Method (PARA, 1, Serialized)
			{
				If (PARS (Arg0)) { Return (RALN) }
				Return (0)
			}

			/*
			 * The error list.  Record 0 and record ECNT + 1 are the sentinels.
			 */

			Method (EBEG, 1, Serialized)
			{
				CreateDWordField (ELST, Arg0 * REC_SIZE + REC_ADDR + 1, EBU)
				Return (EBU)
			}

			Method (EEND, 1, Serialized)
			{
				CreateDWordField (ELST, Arg0 * REC_SIZE + REC_ADDR + 1, EBU)
				CreateDWordField (ELST, Arg0 * REC_SIZE + REC_ADDR + 9, ELU)
				Return (EBU + ELU)
			}

			/* The first record that ends behind unit Arg0 */
			Method (EFND, 1, Serialized)
			{
				Local0 = 1
				Local1 = ECNT + 1
				While (Local0 < Local1)
				{
					Local2 = (Local0 + Local1) / 2
					If (EEND (Local2) > Arg0) { Local1 = Local2 }
					Else { Local0 = Local2 + 1 }
				}
				Return (Local0)
			}

			/* The first record that begins at unit Arg0 or behind it */
			Method (ENXT, 1, Serialized)
			{
				Local0 = 1
				Local1 = ECNT + 1
				While (Local0 < Local1)
				{
					Local2 = (Local0 + Local1) / 2
					If (EBEG (Local2) >= Arg0) { Local1 = Local2 }
					Else { Local0 = Local2 + 1 }
				}
				Return (Local0)
			}

			/* A record of units Arg0 up to Arg1, in the SPA range RSPA */
			Method (EREC, 2, Serialized)
			{
				Local0 = Buffer (REC_SIZE) {}
				CreateDWordField (Local0, 0, ERH)
				CreateDWordField (Local0, REC_ADDR + 1, ERB)
				CreateDWordField (Local0, REC_ADDR + 9, ERL)
				ERH = DerefOf (SHDL [RSPA])
				ERB = Arg0
				ERL = Arg1 - Arg0
				Return (Local0)
			}

			/*
			 * Replace the records from Arg0 up to Arg1 by those in Arg2, a
			 * buffer that begins with one byte of padding, since an empty one
			 * cannot be written.  A named buffer keeps its length when it is
			 * stored to: hence CopyObject.
			 */
			Method (ESPL, 3, Serialized)
			{
				Local0 = Mid (ELST, 0, Arg0 * REC_SIZE)
				Local1 = SizeOf (Arg2) - 1
				If (Local1)
				{
					Local0 = Concatenate (Local0, Mid (Arg2, 1, Local1))
				}
				Local0 = Concatenate (Local0, Mid (ELST, Arg1 * REC_SIZE,
						SizeOf (ELST) - Arg1 * REC_SIZE))
				CopyObject (Local0, ELST)
				ECNT = SizeOf (ELST) / REC_SIZE - 2
			}

			/* Add units Arg0 up to Arg1.  Zero: the list is full. */
			Method (EADD, 2, Serialized)
			{
				Local0 = Arg0
				Local1 = Arg1
				Local2 = Arg0
				Local3 = Arg1

				/* What touches is joined, but not across SPA ranges */
				If (Local2 > DerefOf (SBEG [RSPA])) { Local2-- }
				If (Local3 < DerefOf (SEND [RSPA])) { Local3++ }
				Local4 = EFND (Local2)
				Local5 = ENXT (Local3)

				If (Local4 < Local5)
				{
					Local6 = EBEG (Local4)
					If (Local6 < Local0) { Local0 = Local6 }
					Local6 = EEND (Local5 - 1)
					If (Local6 > Local1) { Local1 = Local6 }
				}
				ElseIf (ECNT >= ERR_MAX) { Return (0) }

				ESPL (Local4, Local5,
				      Concatenate (Buffer (1) {}, EREC (Local0, Local1)))
				Return (1)
			}

			/* Remove units Arg0 up to Arg1, keep what sticks out */
			Method (EDEL, 2, Serialized)
			{
				Local4 = EFND (Arg0)
				Local5 = ENXT (Arg1)
				If (Local4 >= Local5) { Return }

				Local0 = Buffer (1) {}
				Local6 = EBEG (Local4)
				If (Local6 < Arg0)
				{
					Local0 = Concatenate (Local0, EREC (Local6, Arg0))
				}
				Local6 = EEND (Local5 - 1)
				If (Local6 > Arg1)
				{
					Local0 = Concatenate (Local0, EREC (Arg1, Local6))
				}
				ESPL (Local4, Local5, Local0)
			}

			/*
			 * The functions
			 */

			/* An output that is only a status */
			Method (STAT, 1, Serialized)
			{
				Local0 = Buffer (4) {}
				CreateDWordField (Local0, 0, STV)
				STV = Arg0
				Return (Local0)
			}

			Method (FCAP, 1, Serialized)
			{
				/* u32 status, max output, unit; u16 flags, reserved */
				Local0 = Buffer (16) {}
				CreateDWordField (Local0, 0, CST)
				CreateDWordField (Local0, 4, CMX)
				CreateDWordField (Local0, 8, CUN)
				CreateWordField (Local0, 12, CFL)
				If (!PARS (Arg0))
				{
					CST = ST_INVALID
					Return (Local0)
				}
				CST = ST_OK | EXT_CAP_PERSISTENT
				CMX = ARS_OUT_MAX
				CUN = UNIT
				CFL = CAP_NOTIFIES
				Return (Local0)
			}

			/* Let the time pass, return the state of the scrub */
			Method (ASCN, 0, Serialized)
			{
				If (ASTA == ARS_RUNNING)
				{
					/*
					 * The low dword: all there is of it with 32 bits.  It
					 * wraps after 429 seconds; a scrub that nobody asks
					 * about for so long may seem to run a little longer.
					 */
					Local0 = (Timer - ATIM) & 0xFFFFFFFF
					If (Local0 >= SCRUB_TIME) { ASTA = ARS_DONE }
				}
				Return (ASTA)
			}

			Method (FSTA, 1, Serialized)
			{
				/* u32 status, u32 estimated time in seconds */
				Local0 = Buffer (8) {}
				CreateDWordField (Local0, 0, SST)
				CreateDWordField (Local0, 4, STM)
				SST = ST_INVALID

				/* u64 address, u64 length, u16 type, u8 flags */
				If (SizeOf (Arg0) < 19) { Return (Local0) }
				CreateWordField (Arg0, 16, STY)
				CreateByteField (Arg0, 18, SFL)
				If (STY != ARS_PERSISTENT) { Return (Local0) }
				If (SFL > ARS_FLAGS) { Return (Local0) }
				If (!PARS (Arg0)) { Return (Local0) }

				If (ASCN () == ARS_RUNNING)
				{
					SST = ST_ARS_BUSY
					Return (Local0)
				}

				ABEG = RBEG
				AEND = REND
				SST = ST_OK
				If (SFL & ARS_PREVIOUS_DATA)
				{
					ASTA = ARS_DONE
				}
				Else
				{
					ASTA = ARS_RUNNING
					ATIM = Timer
					STM = 1
				}
				Return (Local0)
			}

			/*
			 * Header Arg0, then Arg2 records from record Arg1 on; the first
			 * and the last cut to the range of the scrub.
			 */
			Method (AREC, 3, Serialized)
			{
				Local0 = Concatenate (Arg0, Mid (ELST, Arg1 * REC_SIZE,
								 Arg2 * REC_SIZE))
				Local1 = ARS_HEADER
				CreateDWordField (Local0, Local1 + REC_ADDR + 1, AFB)
				CreateDWordField (Local0, Local1 + REC_ADDR + 9, AFL)
				If (AFB < ABEG)
				{
					AFL -= ABEG - AFB
					AFB = ABEG
				}
				Local1 += (Arg2 - 1) * REC_SIZE
				CreateDWordField (Local0, Local1 + REC_ADDR + 1, ALB)
				CreateDWordField (Local0, Local1 + REC_ADDR + 9, ALL)
				If (ALB + ALL > AEND) { ALL = AEND - ALB }
				Return (Local0)
			}

			/* The output of ARS status while there are no records to report */
			Method (AHDR, 1, Serialized)
			{
				Local0 = Buffer (ARS_HEADER) {}
				CreateDWordField (Local0, 0, HST)
				CreateDWordField (Local0, 4, HSZ)
				HST = Arg0
				HSZ = ARS_HEADER - ARS_STATUS_SIZE
				Return (Local0)
			}

			/* The output of ARS status when the scrub is done */
			Method (ARES, 0, Serialized)
			{
				/*
				 * u32 status, size; u64 address, length, restart address,
				 * restart length; u16 type, flags; u32 number of records
				 */
				Local0 = AHDR (ST_OK | EXT_ARS_DONE)
				CreateDWordField (Local0, 0, QST)
				CreateDWordField (Local0, 4, QSZ)
				CreateDWordField (Local0, 8 + 1, QAD)
				CreateDWordField (Local0, 16 + 1, QLN)
				CreateDWordField (Local0, 24 + 1, QRA)
				CreateDWordField (Local0, 32 + 1, QRL)
				CreateWordField (Local0, 40, QTY)
				CreateWordField (Local0, 42, QFL)
				CreateDWordField (Local0, 44, QNR)

				QTY = ARS_PERSISTENT
				QAD = ABEG
				QLN = AEND - ABEG
				Local1 = EFND (ABEG)
				Local2 = ENXT (AEND) - Local1
				If (Local2 > ARS_MAX)
				{
					/* Go on with the first record that does not fit */
					Local2 = ARS_MAX
					Local3 = EBEG (Local1 + Local2)
					QST = ST_OK | EXT_ARS_STOPPED
					QFL = ARS_OVERFLOW
					QLN = Local3 - ABEG
					QRA = Local3
					QRL = AEND - Local3
				}
				If (Local2 == 0) { Return (Local0) }
				QNR = Local2
				QSZ += Local2 * REC_SIZE
				Return (AREC (Local0, Local1, Local2))
			}

			Method (FSTS, 0, Serialized)
			{
				Local1 = ASCN ()
				If (Local1 == ARS_NEVER)
				{
					Return (AHDR (ST_OK | EXT_ARS_NONE))
				}
				If (Local1 == ARS_RUNNING)
				{
					Return (AHDR (ST_OK | EXT_ARS_RUNNING))
				}
				If (Local1 == ARS_DONE)
				{
					CopyObject (ARES (), AOUT)
					ASTA = ARS_REPORTED
				}
				Return (AOUT)
			}

			Method (FCLR, 1, Serialized)
			{
				/* u32 status, u32 reserved, u64 cleared length */
				Local0 = Buffer (16) {}
				CreateDWordField (Local0, 0, LST)
				CreateDWordField (Local0, 8 + 1, LLN)
				If (!PARA (Arg0))
				{
					LST = ST_INVALID
					Return (Local0)
				}
				/* From here to the end of the memory */
				Local1 = DerefOf (SEND [RSPA]) - RBEG
				If (Local1 <= STUBBORN)
				{
					LST = ST_CANNOT_CLEAR
					Return (Local0)
				}
				If (Local1 <= 2 * STUBBORN) { REND -= (REND - RBEG) / 2 }
				ElseIf (Local1 <= 3 * STUBBORN) { REND = RBEG }
				EDEL (RBEG, REND)
				LLN = REND - RBEG
				Return (Local0)
			}

			/*
			 * One NVDIMM per SPA range, no interleave, no mirror: the address
			 * in the device is the offset in the range plus the DPA of the
			 * region mapping structure.
			 */
			Method (FTRN, 1, Serialized)
			{
				/*
				 * u32 status; u8 flags, u8 reserved[3]; u64 length; u32 number
				 * of devices; per device u32 handle, u32 reserved, u64 DPA
				 */
				Local0 = Buffer (36) {}
				CreateDWordField (Local0, 0, TST)
				CreateByteField (Local0, 8, TLL)
				CreateDWordField (Local0, 8 + 1, TLU)
				CreateDWordField (Local0, 16, TNR)
				CreateDWordField (Local0, 20, THD)
				CreateByteField (Local0, 28, TDL)
				CreateDWordField (Local0, 28 + 1, TDU)
				TST = ST_INVALID
				If (SizeOf (Arg0) < 8) { Return (Local0) }

				/* The input is u64 address; look for one byte of it */
				Local1 = Concatenate (Mid (Arg0, 0, 8), Buffer (8) { 1 })
				If (!PARS (Local1)) { Return (Local0) }
				CreateByteField (Local1, 0, TAL)

				TST = ST_OK
				TNR = 1
				THD = DerefOf (SHDL [RSPA])
				TDL = TAL
				TDU = RBEG - DerefOf (SBEG [RSPA]) + DerefOf (SDPA [RSPA])
				TLU = DerefOf (SEND [RSPA]) - RBEG
				If (TAL)
				{
					TLU -= 1
					TLL = UNIT - TAL
				}
				Return (Local0)
			}

			/* u64 address, u64 length, u8 options; ndctl sends three bytes more */
			Method (FINJ, 1, Serialized)
			{
				If (SizeOf (Arg0) < 17) { Return (STAT (ST_INVALID)) }
				CreateByteField (Arg0, 16, IOP)
				If (IOP > INJ_NOTIFY) { Return (STAT (ST_INVALID)) }
				If (!PARA (Arg0)) { Return (STAT (ST_INVALID)) }
				If (!EADD (RBEG, REND)) { Return (STAT (ST_INVALID)) }
				If (IOP & INJ_NOTIFY) { Notify (NVDR, NOTIFY_UC_ERROR) }
				Return (STAT (ST_OK))
			}

			Method (FUNI, 1, Serialized)
			{
				If (!PARA (Arg0)) { Return (STAT (ST_INVALID)) }
				EDEL (RBEG, REND)
				Return (STAT (ST_OK))
			}

			Method (FINS, 0, Serialized)
			{
				/* u32 status, u32 number of records, records */
				Local1 = ECNT
				If (Local1 > INJ_MAX) { Local1 = INJ_MAX }
				Local0 = Buffer (8) {}
				CreateDWordField (Local0, 4, JNR)
				JNR = Local1
				Local2 = 1
				While (Local2 <= Local1)
				{
					Local0 = Concatenate (Local0,
						Mid (ELST, Local2 * REC_SIZE + REC_ADDR,
						     REC_INJ_SIZE))
					Local2++
				}
				Return (Local0)
			}

			/* Arg0 function, Arg1 input buffer */
			Method (DISP, 2, Serialized)
			{
				If (Arg0 == FN_MASK)
				{
					/* Functions 0 to 5 and 7 to 9 */
					Return (Buffer (2) { 0xBF, 0x03 })
				}
				If (Arg0 == FN_ARS_CAP) { Return (FCAP (Arg1)) }
				If (Arg0 == FN_ARS_START) { Return (FSTA (Arg1)) }
				If (Arg0 == FN_ARS_STATUS) { Return (FSTS ()) }
				If (Arg0 == FN_CLEAR_ERROR) { Return (FCLR (Arg1)) }
				If (Arg0 == FN_TRANSLATE_SPA) { Return (FTRN (Arg1)) }
				If (Arg0 == FN_INJECT) { Return (FINJ (Arg1)) }
				If (Arg0 == FN_INJECT_CLEAR) { Return (FUNI (Arg1)) }
				If (Arg0 == FN_INJECT_STATUS) { Return (FINS ()) }
				Return (STAT (ST_NOT_SUPPORTED))
			}

			Method (_DSM, 4, Serialized)
			{
				Local0 = ToUUID ("2f10e7a4-9e91-11e4-89d3-123b93f75cba")
				If (Arg0 != Local0 || Arg1 != 1)
				{
					/* Nothing, not even function 0 (ACPI 6.5, 9.1.1) */
					Return (Buffer (1) { 0 })
				}
				Return (DISP (Arg2, INPT (Arg3)))
			}

			/*
			 * The NVDIMMs.  _ADR is the NFIT device handle, which QEMU counts
			 * from 1.  They have no functions of their own.
			 */
			Device (NV00)
			{
				Name (_ADR, 1)
				Method (_DSM, 4) { Return (Buffer (1) { 0 }) }
			}

			Device (NV01)
			{
				Name (_ADR, 2)
				Method (_DSM, 4) { Return (Buffer (1) { 0 }) }
			}

			Device (NV02)
			{
				Name (_ADR, 3)
				Method (_DSM, 4) { Return (Buffer (1) { 0 }) }
			}

			Device (NV03)
			{
				Name (_ADR, 4)
				Method (_DSM, 4) { Return (Buffer (1) { 0 }) }
			}
		}
	}
}
