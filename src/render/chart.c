// SPDX-License-Identifier: GPL-2.0-only
#include "render/chart.h"
#include "render/markup.h"
#include "render/pen.h"

#include <math.h>

/* A chart's inside, and the room around it. */
#define WIDE   300.0
#define HIGH   110.0
#define LEFT   58.0
#define ABOVE  8.0
#define BELOW  20.0
#define TICKS  4 /* lines of the scale, about */
#define SPARKW 120.0
#define SPARKH 28.0

struct scale {
	double from_s, to_s;
	double low, high, step;
};

/* 1, 2 or 5 times a power of two of 1024 and ten: what people read easily in K, M, G. */
static double round_step(double step)
{
	static const double steps[] = {1, 2, 5, 10, 20, 50, 100, 200, 500};
	double unit = 1;
	size_t i = 0;

	while (step > 500 * unit)
		unit *= 1024;
	while (steps[i] * unit < step) /* the last one is not */
		i++;
	return steps[i] * unit;
}

static struct scale scale_of(const double *at, size_t nr, const struct chart_line *lines,
			     size_t nr_lines)
{
	struct scale s = {.to_s = nr && at[nr - 1] > 0 ? at[nr - 1] : 1};

	for (size_t l = 0; l < nr_lines; l++) {
		for (size_t i = 0; i < nr; i++) {
			s.low = fmin(s.low, lines[l].value[i]);
			s.high = fmax(s.high, lines[l].value[i]);
		}
	}
	if (s.high - s.low < 4096)
		s.high = s.low + 4096;
	s.step = round_step((s.high - s.low) / TICKS);
	s.low = floor(s.low / s.step) * s.step;
	s.high = ceil(s.high / s.step) * s.step;
	return s;
}

static double x_of(const struct scale *s, double at, double wide)
{
	return (at - s->from_s) / (s->to_s - s->from_s) * wide;
}

static double y_of(const struct scale *s, double value, double high)
{
	return (s->high - value) / (s->high - s->low) * high;
}

static void put_points(FILE *out, const struct scale *s, const double *at, const double *value,
		       size_t nr, double wide, double high)
{
	for (size_t i = 0; i < nr; i++)
		fprintf(out, " %.1f,%.1f", x_of(s, at[i], wide), y_of(s, value[i], high));
}

static void put_grid(FILE *out, const struct scale *s)
{
	int lines = (int)lround((s->high - s->low) / s->step);

	for (int i = 0; i <= lines; i++) {
		double v = s->low + i * s->step, y = y_of(s, v, HIGH);

		fprintf(out,
			"<line class=\"%s\" x1=\"0\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text class=\"scale\" x=\"-6\" y=\"%.1f\">%s</text>\n",
			fabs(v) < s->step / 2 ? "zero" : "grid", WIDE, y, y, y + 3.5,
			fabs(v) < s->step / 2 ? "0" : pen__human(v, true).text);
	}
	fprintf(out,
		"<text class=\"time\" x=\"0\" y=\"%.0f\">start</text>"
		"<text class=\"scale\" x=\"%.0f\" y=\"%.0f\">%s</text>\n",
		HIGH + 15, WIDE, HIGH + 15, pen__duration(s->to_s).text);
}

void chart__print(FILE *out, const char *title, const double *at, size_t nr,
		  const struct chart_line *lines, size_t nr_lines)
{
	struct scale s = scale_of(at, nr, lines, nr_lines);

	fprintf(out,
		"<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.0f %.0f "
		"%.0f %.0f\" role=\"img\"><title>",
		-LEFT, -ABOVE, LEFT + WIDE + 4, ABOVE + HIGH + BELOW);
	markup__text(out, title);
	fputs("</title>\n", out);
	put_grid(out, &s);
	for (size_t l = 0; l < nr_lines; l++) {
		/* at the start nothing had changed */
		fprintf(out, "<polyline class=\"%s\" points=\"0,%.1f", lines[l].class,
			y_of(&s, 0, HIGH));
		put_points(out, &s, at, lines[l].value, nr, WIDE, HIGH);
		fputs("\"/>\n", out);
	}
	fputs("</svg>\n", out);
}

void chart__spark(FILE *out, const double *at, const double *value, size_t nr)
{
	struct scale s = {.low = 0, .high = 1};

	if (nr < 2 || !(at[nr - 1] > at[0]))
		return;
	s.from_s = at[0];
	s.to_s = at[nr - 1];
	for (size_t i = 0; i < nr; i++)
		s.high = fmax(s.high, value[i]);
	fprintf(out,
		"<svg class=\"spark\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-2 -2 %.0f "
		"%.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\"><title>outstanding bytes over "
		"%s, at most %s</title><polygon points=\"0,%.0f",
		SPARKW + 4, SPARKH + 4, SPARKW + 4, SPARKH + 4,
		pen__duration(s.to_s - s.from_s).text, pen__human(s.high, false).text, SPARKH);
	put_points(out, &s, at, value, nr, SPARKW, SPARKH);
	fprintf(out, " %.0f,%.0f\"/><polyline points=\"", SPARKW, SPARKH);
	put_points(out, &s, at, value, nr, SPARKW, SPARKH);
	fputs("\"/></svg>", out);
}
