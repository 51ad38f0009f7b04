<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:output omit-xml-declaration="yes"/><xsl:param name="who"/>
<xsl:template match="/"><p to="{$who}"><xsl:for-each select="//l"><xsl:sort select="@n"/><b><xsl:value-of select="concat(@n, ' ', .)"/></b></xsl:for-each></p></xsl:template></xsl:stylesheet>
